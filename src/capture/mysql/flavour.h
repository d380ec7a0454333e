#pragma once

namespace sluice::capture {

/// Whose dialect of the binlog a source speaks.
enum class Flavour { mysql, mariadb };

}  // namespace sluice::capture
