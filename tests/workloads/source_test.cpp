// Files as sources of lines: what they are packed in, how lines end, and what is refused.

#include "workloads/source.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/workloads/scratch.h"

namespace tidepool::workloads {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Read {
    std::vector<std::string> lines;
    std::string complaint;
};

Read read_lines(const std::string& path) {
    Issues issues;
    Problems problems(std::filesystem::path(path).filename().string(), issues);
    Read read;
    LineSource source(path, problems);
    for (std::string_view line; source.next(line);) {
        read.lines.emplace_back(line);
        EXPECT_EQ(source.line(), read.lines.size());
    }
    std::string_view line;
    EXPECT_FALSE(source.next(line)) << "the end stays the end";
    for (const Issue& issue : issues.list()) {
        read.complaint += to_string(issue);
    }
    return read;
}

TEST(LineSource, EndsLinesAtLfAndCrLfAndAtTheEnd) {
    const Scratch scratch;
    EXPECT_THAT(read_lines(scratch.file("a", "one\ntwo\r\n\nthree")).lines,
                ElementsAre("one", "two", "", "three"));
    EXPECT_THAT(read_lines(scratch.file("b", "one\n")).lines, ElementsAre("one"));
    EXPECT_THAT(read_lines(scratch.file("c", "")).lines, ElementsAre());
    EXPECT_THAT(read_lines(scratch.file("d", "x")).lines, ElementsAre("x"));
}

TEST(LineSource, DropsAByteOrderMarkAtTheStartOnly) {
    const Scratch scratch;
    EXPECT_THAT(read_lines(scratch.file("a", "\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo")).lines,
                ElementsAre("one", "\xEF\xBB\xBFtwo"));
}

TEST(LineSource, KeepsBytesBehindANul) {
    const Scratch scratch;
    const std::string_view text("one\0more\ntwo", 12);
    EXPECT_THAT(read_lines(scratch.file("a", text)).lines,
                ElementsAre(std::string(text.substr(0, 8)), "two"));
}

// Longer than the buffer, so that lines lie across its refills: line i is i % 997 times 'x', then
// i.
TEST(LineSource, PutsLinesTogetherAcrossReads) {
    std::string text;
    std::vector<std::string> expected;
    for (std::size_t i = 0; text.size() < 4'000'000; ++i) {
        expected.push_back(std::string(i % 997, 'x') + std::to_string(i));
        text += expected.back() + '\n';
    }
    const Scratch scratch;
    for (const char* name : {"a", "a.gz", "a.zst"}) {
        EXPECT_EQ(read_lines(scratch.packed(name, text)).lines, expected) << name;
    }
}

TEST(LineSource, TellsThePackingByTheFirstBytesNotByTheName) {
    const Scratch scratch;
    const std::string gz = bytes_of(scratch.packed("a.gz", "one\ntwo\n"));
    const std::string zst = bytes_of(scratch.packed("a.zst", "one\ntwo\n"));
    EXPECT_THAT(read_lines(scratch.file("b.csv", gz)).lines, ElementsAre("one", "two"));
    EXPECT_THAT(read_lines(scratch.file("c.gz", zst)).lines, ElementsAre("one", "two"));
    EXPECT_THAT(read_lines(scratch.file("d.zst", "one\ntwo\n")).lines, ElementsAre("one", "two"));
}

// Written by gzip and zstd themselves, not by us.
TEST(LineSource, ReadsWhatTheUsualToolsWrite) {
    const std::vector<std::string> expected{"job_id,submit,duration,gpus", "a,0,60,1", "b,10,30,8",
                                            "c,10,0.5,2"};
    EXPECT_EQ(read_lines(sample("three-jobs.csv.gz")).lines, expected);
    EXPECT_EQ(read_lines(sample("three-jobs.csv.zst")).lines, expected);
}

TEST(LineSource, ReadsFilesPutTogetherFromSeveralPackedOnes) {
    const Scratch scratch;
    for (const char* name : {"a.gz", "a.zst"}) {
        const std::string first = bytes_of(scratch.packed(name, "one\ntw"));
        const std::string second = bytes_of(scratch.packed(name, "o\nthree\n"));
        EXPECT_THAT(read_lines(scratch.file("both", first + second)).lines,
                    ElementsAre("one", "two", "three"))
            << name;
    }
}

// Cut anywhere behind the magic bytes, a packed file is refused: never taken for a shorter one.
TEST(LineSource, RefusesPackedFilesThatAreCutOff) {
    std::string text;
    for (int i = 0; i < 300; ++i) {
        text += std::to_string(i * i) + '\n';
    }
    const Scratch scratch;
    for (const char* name : {"a.gz", "a.zst"}) {
        const std::string whole = bytes_of(scratch.packed(name, text));
        for (std::size_t size = 4; size < whole.size(); ++size) {
            const std::string part = scratch.file("cut", std::string_view(whole).substr(0, size));
            EXPECT_THAT(read_lines(part).complaint,
                        HasSubstr("data is cut off after " + std::to_string(size) + " bytes"))
                << name;
        }
        EXPECT_EQ(read_lines(scratch.file("cut", whole)).complaint, "") << name;
    }
}

TEST(LineSource, RefusesPackedFilesWithAWrongByte) {
    const Scratch scratch;
    const std::string text = "one\ntwo\nthree\n";
    std::string gz = bytes_of(scratch.packed("a.gz", text));
    gz[gz.size() - 8] ^= 1;  // the checksum: the last eight bytes are CRC-32 and length (RFC 1952)
    EXPECT_EQ(read_lines(scratch.file("bad.gz", gz)).complaint,
              "bad.gz:1: the gzip data is damaged (wrong checksum), within the first " +
                  std::to_string(gz.size()) + " bytes");
    std::string zst = bytes_of(sample("three-jobs.csv.zst"));
    zst.back() ^= 1;  // the content checksum (RFC 8878)
    EXPECT_THAT(read_lines(scratch.file("bad.zst", zst)).complaint,
                HasSubstr("the zstd data is damaged"));
    gz.back() ^= 1;
    EXPECT_THAT(read_lines(scratch.file("text.gz", "\x1f\x8b is no gzip header")).complaint,
                HasSubstr("the gzip data is damaged"));
}

// One gigabyte without a line end, as a file with a hole: refused after the first MiB.
TEST(LineSource, RefusesALineOfOneGigabyte) {
    const Scratch scratch;
    const std::string path = scratch.file("long", "job_id,submit");
    std::filesystem::resize_file(path, 1'000'000'000);
    const Read read = read_lines(path);
    EXPECT_THAT(read.lines, ElementsAre());
    EXPECT_EQ(read.complaint, "long:1: the line is longer than 1 MiB");
}

TEST(LineSource, RefusesALongLineInsideAPackedFile) {
    const Scratch scratch;
    const std::string text = "one\n" + std::string(40'000'000, 'x');
    for (const char* name : {"a.gz", "a.zst"}) {
        EXPECT_EQ(read_lines(scratch.packed(name, text)).complaint,
                  std::string(name) + ":2: the line is longer than 1 MiB");
    }
}

TEST(LineSource, TakesALineOfExactlyOneMebibyte) {
    const Scratch scratch;
    const std::string line(LineSource::kMostLine, 'x');
    EXPECT_THAT(read_lines(scratch.file("a", "1\n" + line + "\r\n2")).lines,
                ElementsAre("1", line, "2"));
    EXPECT_EQ(read_lines(scratch.file("b", line + "xx\n")).complaint,
              "b:1: the line is longer than 1 MiB");
}

TEST(ByteSource, RefusesToUnpackMoreThanAllowed) {
    const Scratch scratch;
    for (const char* name : {"a", "a.gz", "a.zst"}) {
        const std::string path = scratch.packed(name, std::string(100'000, 'x'));
        std::array<char, 1000> buffer{};
        std::size_t total = 0;
        const auto source = open_bytes(path, 50'000);
        EXPECT_THROW(
            while (const std::size_t n = source->read(buffer.data(), buffer.size())) {
                total += n;
            },
            BrokenStream)
            << name;
        EXPECT_EQ(total, 50'000U) << name;
    }
}

TEST(LineSource, NamesTheNeighbourOfAFileThatIsNotThere) {
    const Scratch scratch;
    scratch.file("philly-2017.csv.gz", "");
    EXPECT_EQ(read_lines(scratch.path("phily-2017.csv.gz")).complaint,
              "phily-2017.csv.gz: cannot be opened: No such file or directory, did you mean "
              "'philly-2017.csv.gz'?");
    EXPECT_THAT(read_lines(scratch.path("no/such/folder")).complaint,
                HasSubstr("cannot be opened: No such file or directory"));
    EXPECT_THAT(read_lines(scratch.path("")).complaint, HasSubstr("not a regular file"));
}

// A pipe nobody writes into would keep the reader waiting for ever.
TEST(LineSource, RefusesWhatIsNoRegularFileAndNeverWaits) {
    const Scratch scratch;
    ASSERT_EQ(::mkfifo(scratch.path("pipe.csv").c_str(), 0600), 0);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = scratch.path("socket.csv");
    ASSERT_LT(name.size(), sizeof address.sun_path);
    name.copy(address.sun_path, name.size());
    ASSERT_EQ(::bind(socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0);
    std::filesystem::create_directory(scratch.path("folder.csv"));
    std::filesystem::create_symlink("pipe.csv", scratch.path("link.csv"));
    for (const std::string file : {"pipe.csv", "socket.csv", "folder.csv", "link.csv"}) {
        EXPECT_EQ(read_lines(scratch.path(file)).complaint, file + ": not a regular file");
    }
    EXPECT_EQ(read_lines("/dev/zero").complaint, "zero: not a regular file");
    ::close(socket);
    scratch.file("plain.csv", "one");
    std::filesystem::create_symlink("plain.csv", scratch.path("good.csv"));
    EXPECT_THAT(read_lines(scratch.path("good.csv")).lines, ElementsAre("one"));
}

}  // namespace
}  // namespace tidepool::workloads
