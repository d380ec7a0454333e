// How much is read when a log is opened.
#include <chrono>

#include <fmt/format.h>

#include "store/log_reader.h"
#include "store/store_test_support.h"

namespace sluice::store {
namespace {

constexpr std::uint64_t many = 1000;

/// A log of 1,000 files of 512 MiB. Only the first and the last two are really there: the others are holes, without
/// even a header, so whoever reads one finds damage. One transaction a file, as far as the catalogue says.
void make_large_log(const std::filesystem::path& directory) {
  constexpr std::uint64_t size = 512U << 20U;
  LogRun run(directory, 4096);
  convert::LogState state;
  state.source_place = "start";
  state.file = many - 1;
  state.executed.add({tenant_uuid(), ""}, {1, many - 1});
  run.converter = std::make_unique<convert::Converter>(run.layout, state, *run.writer);
  ASSERT_TRUE(run.converter->format(binlog::mysql57_format_description("5.7.44-test"), 1000 + many));
  run.transactions(many - 1, many - 1, 4096);
  ASSERT_TRUE(run.writer->close());
  run.writer.reset();

  // The first file, from a log of its own.
  const Directory other;
  LogRun first(other.path, 4096);
  first.begin();
  first.transactions(1, 1, 4096);
  std::filesystem::copy_file(other.path / "mysql-bin.000001", directory / "mysql-bin.000001");
  FileCatalogue catalogue(directory);
  std::vector<CataloguedFile> files;
  for (std::uint64_t number = 1; number < many; ++number) {
    const auto path = directory / fmt::format("mysql-bin.{:06}", number);
    if (number != 1 && number != many - 1) std::ofstream(path).flush();
    if (number != many - 1) std::filesystem::resize_file(path, size);
    CataloguedFile& file = files.emplace_back();
    file = {.number = number,
            .size = std::filesystem::file_size(path),
            .timestamp = static_cast<std::uint32_t>(number == 1 ? 500 : 1000 + number),
            .previous = {},
            .added = {}};
    if (number > 1) file.previous.add({tenant_uuid(), ""}, {1, number});
    file.added.add({tenant_uuid(), ""}, {number, number + 1});
  }
  ASSERT_TRUE(catalogue.replace(files));
}

}  // namespace

TEST(LogOpening, OfAThousandFilesThreeAreRead) {
  const Directory directory;
  make_large_log(directory.path);
  const auto begin = std::chrono::steady_clock::now();
  const auto log = std::make_shared<Log>(directory.path);
  ASSERT_TRUE(LogWriter::open(log));
  LogReader reader(log);
  EXPECT_TRUE(reader.read_event({1, 4}, 1000));
  const auto took = std::chrono::steady_clock::now() - begin;
  RecordProperty("microseconds", std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
  EXPECT_EQ(log->files().size(), many);
  EXPECT_EQ(log->files()[500].size, 512U << 20U);
  EXPECT_EQ(log->executed().text(), fmt::format("{}:1-{}", tenant_uuid().text(), many - 1));

  binlog::GtidSet known = log->executed();
  EXPECT_EQ(log->find(known)->file, many);
  known.remove(binlog::Gtid{{tenant_uuid(), ""}, many - 1});
  EXPECT_EQ(log->find(known)->file, many - 1);
  EXPECT_EQ(log->file_times()[600].written, 1602U);
  EXPECT_EQ(log->purge_before(1602)->removed.size(), 600U);
}

TEST(LogOpening, ACatalogueOfOtherFilesIsNotBelieved) {
  const Directory directory;
  const Directory other;
  {
    LogRun run(directory.path, 4096);
    run.begin();
    run.transactions(1, 5, 4096);
    LogRun another(other.path, 4096);
    another.begin();
    another.transactions(11, 15, 4096);
  }
  std::filesystem::copy_file(other.path / "marks" / "files", directory.path / "marks" / "files",
                             std::filesystem::copy_options::overwrite_existing);
  const LogRun run(directory.path, 4096);
  EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1-5");
  binlog::GtidSet known;
  known.add({tenant_uuid(), ""}, {1, 3});
  EXPECT_EQ(run.log->find(known)->file, 3U);
}

TEST(LogOpening, WithoutItsCatalogueOrWithAPartTheHeadersAreRead) {
  const Directory directory;
  {
    LogRun run(directory.path, 4096);
    run.begin();
    run.transactions(1, 5, 4096);
    ASSERT_TRUE(run.log->purge_to(2));
  }
  const auto path = directory.path / "marks" / "files";
  const std::string whole = content(path);
  for (std::size_t size = 0; size <= whole.size(); size += 7) {
    cut(path, size);
    const LogRun run(directory.path, 4096);
    EXPECT_EQ(run.log->executed().text(), tenant_uuid().text() + ":1-5") << size;
    EXPECT_EQ(run.log->purged().text(), tenant_uuid().text() + ":1") << size;
    EXPECT_EQ(run.log->files().size(), 5U);
  }
  EXPECT_EQ(FileCatalogue(directory.path).load().size(), 4U);
}

}  // namespace sluice::store
