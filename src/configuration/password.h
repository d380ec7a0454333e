#pragma once

#include <string>

#include "configuration/section.h"

namespace sluice::configuration {

/// The keys `password` and `password_file`, of which one may be given: the file's content without its line's end, at
/// most 4096 bytes. `password` stays as it is where there is neither. Problems never hold it.
void read_password(Section& section, std::string& password);

}  // namespace sluice::configuration
