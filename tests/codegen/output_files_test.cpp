// Files that are written all or none, where rename and link of the C library fail when a test says so.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "output_files.hpp"
#include "temporary_store.hpp"

namespace {

std::set<int> failing_renames;  // counted from 1
int renames = 0;
bool has_links = true;

}  // namespace

extern "C" int rename(const char* from, const char* to) noexcept {
    if (failing_renames.count(++renames) == 0) return renameat(AT_FDCWD, from, AT_FDCWD, to);
    errno = EPERM;
    return -1;
}
extern "C" int link(const char* from, const char* to) noexcept {
    if (has_links) return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
    errno = EPERM;
    return -1;
}

namespace {

namespace fs = std::filesystem;

class Folder {
public:
    Folder() {
        write("a", "old a");
        write("b", "old b");
    }
    [[nodiscard]] fs::path path(const std::string& name) const { return folder_.file(name); }
    void write(const std::string& name, const std::string& text) const { std::ofstream{path(name)} << text; }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream stream{path(name)};
        return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    }
    /// Of what is in it, and the contents: "a: old a, b: old b".
    [[nodiscard]] std::string contents() const {
        std::set<std::string> sorted;
        for (const auto& entry : fs::directory_iterator{path("")}) {
            const std::string name = entry.path().filename().string();
            sorted.insert(name + ": " + read(name));
        }
        std::string text;
        for (const std::string& one : sorted) text += (text.empty() ? "" : ", ") + one;
        return text;
    }

    /// Writes "new" into these files. Gives the sentence without the folder.
    [[nodiscard]] std::string replace(const std::vector<std::string>& names, const std::set<int>& failing) const {
        std::vector<cambium::codegen::OutputFile> files;
        for (const std::string& name : names)
            files.push_back({name.front() == '/' ? fs::path{name} : path(name), "new"});
        failing_renames = failing;
        renames = 0;
        std::string sentence = cambium::codegen::write_files(files, {});
        const std::string folder = path("").string();
        for (std::size_t at = 0; (at = sentence.find(folder, at)) != std::string::npos;)
            sentence.erase(at, folder.size());
        return sentence;
    }

private:
    cambium::test::TemporaryDirectory folder_;
};

TEST_CASE("files are replaced, and nothing else is there afterwards") {
    const Folder folder;
    CHECK(folder.replace({"a", "b", "c"}, {}).empty());
    CHECK(renames == 3);
    CHECK(folder.contents() == "a: new, b: new, c: new");
}

TEST_CASE("when a file cannot be replaced, all are as they were") {
    const Folder folder;
    folder.write(".cambium-codegen-2", "mine");
    const std::string before = folder.contents();
    for (const bool links : {true, false}) {
        has_links = links;
        for (const int failing : {1, 2, 3}) {
            const std::string name = failing == 1 ? "a" : failing == 2 ? "c" : "b";
            CHECK(folder.replace({"a", "c", "b"}, {failing}) ==
                  name + ": the file cannot be replaced: Operation not permitted; no file is replaced");
            CHECK(folder.contents() == before);
        }
    }
    has_links = true;
}

TEST_CASE("when a device cannot be written, all are as they were") {
    const Folder folder;
    const std::string before = folder.contents();
    CHECK(folder.replace({"a", "/dev/full", "c"}, {}) ==
          "/dev/full: the file cannot be written: No space left on device; no file is replaced");
    CHECK(folder.contents() == before);
}

TEST_CASE("what cannot be restored is said, and where it is") {
    const Folder folder;
    // a and b are replaced, c is not; then a is not restored, and b is.
    CHECK(folder.replace({"a", "b", "c"}, {3, 4}) ==
          "c: the file cannot be replaced: Operation not permitted; replaced: a (what was there is "
          ".cambium-codegen-2)");
    CHECK(folder.contents() == ".cambium-codegen-2: old a, a: new, b: old b");
}

TEST_CASE("files of the user beside them stay what they are") {
    const Folder folder;
    for (const std::string name : {"a.new", "b.new", ".cambium-codegen-1", ".cambium-codegen-3"})
        folder.write(name, "mine");
    CHECK(folder.replace({"a", "b"}, {}).empty());
    CHECK(folder.contents() ==
          ".cambium-codegen-1: mine, .cambium-codegen-3: mine, a.new: mine, a: new, b.new: mine, b: new");
}

TEST_CASE("permissions: of what is replaced, else those that any new file has") {
    const Folder folder;
    fs::permissions(folder.path("a"), fs::perms{0600});
    fs::permissions(folder.path("b"), fs::perms{0444});
    const ::mode_t before = ::umask(027);
    CHECK(folder.replace({"a", "b", "c"}, {}).empty());
    ::umask(before);
    const auto permissions = [&](const std::string& name) { return fs::status(folder.path(name)).permissions(); };
    CHECK(permissions("a") == fs::perms{0600});
    CHECK(permissions("b") == fs::perms{0444});
    CHECK(permissions("c") == fs::perms{0640});
    CHECK(folder.contents() == "a: new, b: new, c: new");
}

TEST_CASE("symbolic links stay") {
    const Folder folder;
    fs::create_symlink("a", folder.path("link"));
    fs::create_symlink("nowhere", folder.path("dangling"));
    CHECK(folder.replace({"link", "dangling", "b"}, {3}) ==
          "b: the file cannot be replaced: Operation not permitted; no file is replaced");
    CHECK(fs::read_symlink(folder.path("dangling")) == "nowhere");
    CHECK(folder.read("a") == "old a");
    CHECK(folder.replace({"link"}, {}).empty());
    CHECK(fs::is_symlink(folder.path("link")));
    CHECK(folder.read("a") == "new");
}

}  // namespace
