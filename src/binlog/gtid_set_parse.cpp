#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "binlog/gtid_set.h"

// Reading GTID sets, as text and as bytes. The text form is what MySQL 9.7 accepts (compared with a server over random
// texts), white space between any two parts aside:
//
//     set:      ","* [source (","+ source)*] ","*
//     source:   uuid (":" (tag | interval))*
//     interval: number ["-" number]
//
// A tag holds for what follows it up to the next tag or source. MySQL up to 9.x read numbers in C's notation ("0x10",
// "010" for 8); later ones take decimal digits only, and so do we.

namespace sluice::binlog {
namespace {

constexpr std::size_t text_shown_max = 200;

constexpr bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Intervals as they come, so that foreign text in a bad order costs a sort and not a shift for each.
using Collected = std::map<GtidSource, std::vector<GtidInterval>>;

GtidSet to_set(Collected collected) {
  GtidSet set;
  for (auto& [source, intervals] : collected) {
    std::sort(intervals.begin(), intervals.end());
    for (const GtidInterval& interval : intervals)
      set.add(source, interval);
  }
  return set;
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_tag_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

class TextParser {
 public:
  explicit TextParser(std::string_view text) : text_(text), rest_(text) {}

  Result<GtidSet> parse() {
    skip_space();
    while (true) {
      while (take(','))
        skip_space();
      if (rest_.empty()) return to_set(std::move(collected_));
      if (!parse_source()) return malformed();
      if (!rest_.empty() && rest_.front() != ',') return malformed();
    }
  }

 private:
  std::unexpected<Error> malformed() const {
    return fail(ErrorKind::invalid,
                fmt::format("malformed GTID set '{}{}' at character {}", text_.substr(0, text_shown_max),
                            text_.size() > text_shown_max ? "..." : "", text_.size() - rest_.size() + 1));
  }

  void skip_space() {
    while (!rest_.empty() && is_space(rest_.front()))
      rest_.remove_prefix(1);
  }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// A uuid with its tags and intervals, and the white space behind them.
  bool parse_source() {
    const std::size_t uuid_size = size_of_uuid();
    const std::optional<Uuid> uuid = parse_uuid(rest_.substr(0, uuid_size));
    if (!uuid) return false;
    source_ = {.uuid = *uuid, .tag = {}};
    rest_.remove_prefix(uuid_size);
    skip_space();
    while (take(':')) {
      skip_space();
      const bool number = !rest_.empty() && is_digit(rest_.front());
      if (!(number ? parse_interval() : parse_tag())) return false;
      skip_space();
    }
    return true;
  }

  /// Of the three forms of a uuid, that which the rest can only begin with.
  [[nodiscard]] std::size_t size_of_uuid() const {
    constexpr std::size_t braces = 38;
    constexpr std::size_t dashes = 36;
    constexpr std::size_t digits = 32;
    constexpr std::size_t first_dash = 8;
    if (rest_.starts_with('{')) return braces;
    return rest_.size() > first_dash && rest_[first_dash] == '-' ? dashes : digits;
  }

  bool parse_tag() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_tag_character);
    std::optional<std::string> tag = parse_gtid_tag(std::string_view(rest_.begin(), end));
    if (!tag) return false;
    rest_.remove_prefix(tag->size());
    source_.tag = std::move(*tag);
    return true;
  }

  bool parse_interval() {
    const std::optional<std::uint64_t> first = parse_number();
    if (!first || *first == 0) return false;
    skip_space();
    std::uint64_t last = *first;
    if (take('-')) {
      skip_space();
      const std::optional<std::uint64_t> number = parse_number();
      if (!number) return false;
      last = *number;
    }
    if (last >= *first) collected_[source_].push_back({*first, last + 1});
    return true;
  }

  std::optional<std::uint64_t> parse_number() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || value > gtid_number_max) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::string_view text_;
  std::string_view rest_;
  GtidSource source_;
  Collected collected_;
};

std::unexpected<Error> damaged(std::string_view cause) {
  return fail(ErrorKind::invalid, fmt::format("malformed GTID set in binary form: {}", cause));
}

/// Reads one source's tag in the tagged form; false if it is not one.
bool read_tag(ByteReader& reader, std::string& tag) {
  const std::uint8_t size = reader.u8();
  if ((size & 1U) != 0) return false;
  const std::string_view text = reader.text(size >> 1U);
  if (!reader.ok()) return false;
  if (text.empty()) return true;
  std::optional<std::string> parsed = parse_gtid_tag(text);
  if (!parsed) return false;
  tag = std::move(*parsed);
  return true;
}

}  // namespace

Result<GtidSet> parse_gtid_set(std::string_view text) {
  return TextParser(text).parse();
}

Result<GtidSet> decode_gtid_set(ByteView bytes) {
  ByteReader reader(bytes);
  std::uint64_t sources = reader.u64();
  if (!reader.ok()) return damaged(fmt::format("{} bytes", bytes.size()));
  const std::uint64_t form = sources >> 56U;
  if (form > 1 || (form == 1 && (sources & 0xFFU) != form)) return damaged(fmt::format("unknown form {}", form));
  sources = form == 1 ? (sources >> 8U) & 0xFFFFFFFFFFFFU : sources;

  Collected collected;
  for (; sources > 0; --sources) {
    GtidSource source;
    const ByteView uuid = reader.bytes(source.uuid.bytes.size());
    std::copy(uuid.begin(), uuid.end(), source.uuid.bytes.begin());
    if (form == 1 && !read_tag(reader, source.tag)) return damaged("it has an invalid tag");
    const std::uint64_t intervals = reader.u64();
    if (!reader.ok() || intervals > reader.remaining() / 16) return damaged("it is cut short");
    if (intervals == 0) continue;
    std::vector<GtidInterval>& into = collected[source];
    std::uint64_t before = 0;
    for (std::uint64_t i = 0; i < intervals; ++i) {
      const GtidInterval interval{reader.u64(), reader.u64()};
      if (interval.begin <= before || interval.end <= interval.begin || interval.end > gtid_number_max + 1)
        return damaged("an interval is empty, out of order or too large");
      into.push_back(interval);
      before = interval.end;
    }
  }
  if (reader.remaining() != 0) return damaged(fmt::format("{} bytes behind its end", reader.remaining()));
  return to_set(std::move(collected));
}

}  // namespace sluice::binlog
