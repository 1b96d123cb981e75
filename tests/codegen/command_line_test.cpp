// cambium-codegen as a program: exit codes, where the output goes, and that nothing is written after an error.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "temporary_directory.hpp"

namespace {

struct Outcome {
    int code = 0;
    std::string text;  ///< standard output and standard error
};

class Folder {
public:
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream{path_ / name} << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream stream{path_ / name};
        return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    }
    void link(const std::string& target, const std::string& name) const {
        std::filesystem::create_symlink(path_ / target, path_ / name);
    }
    void set_time(const std::string& name, std::filesystem::file_time_type time) const {
        std::filesystem::last_write_time(path_ / name, time);
    }
    [[nodiscard]] std::filesystem::file_time_type time_of(const std::string& name) const {
        return std::filesystem::last_write_time(path_ / name);
    }
    [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }

    /// Of what is in a folder, sorted.
    [[nodiscard]] std::string names(const std::string& folder) const {
        std::set<std::string> sorted;
        for (const auto& entry : std::filesystem::directory_iterator{path_ / folder})
            sorted.insert(entry.path().filename().string());
        std::string text;
        for (const std::string& name : sorted) text += (text.empty() ? "" : " ") + name;
        return text;
    }

    [[nodiscard]] Outcome run(const std::string& arguments) const {
        const std::string command =
            "cd '" + path_.string() + "' && '" + CODEGEN + "' " + " >output.txt 2>&1 </dev/null " + arguments;
        const int status = std::system(command.c_str());
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("output.txt")};
    }

private:
    cambium::test::TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_.path();
};

constexpr const char* kGood =
    "attribute \"cambium_table\"; attribute \"cambium_key\";\n"
    "table Item (cambium_table: \"items\") { id:ulong (cambium_key); }\n";

TEST_CASE("a schema is generated into a folder that is created") {
    const Folder folder;
    folder.write("items.fbs", kGood);
    const Outcome outcome = folder.run("items.fbs -o new/folder --depfile new/items.d");
    CHECK(outcome.text.empty());
    CHECK(outcome.code == 0);
    CHECK(folder.has("new/folder/items_tables.hpp"));
    CHECK(folder.has("new/folder/items_tables.cpp"));
    CHECK(folder.has("new/folder/items_fb/items_fb.fbs"));
    CHECK(folder.read("new/items.d").find("new/folder/items_tables.hpp: /") == 0);
    CHECK(folder.read("new/items.d").find("/items.fbs\n") != std::string::npos);
}

TEST_CASE(
    "a file that comes out as it was is not written, and the rule for make has the target that is asked for") {
    const Folder folder;
    folder.write("items.fbs", kGood);
    const std::string arguments = "items.fbs -o out --depfile out/items.d --depfile-target out/items.stamp";
    CHECK(folder.run(arguments).code == 0);
    CHECK(folder.read("out/items.d").find("out/items.stamp: /") == 0);
    const std::vector<std::string> names = {"out/items_tables.hpp", "out/items_tables.cpp",
                                            "out/items_fb/items_fb.fbs", "out/items.d"};
    const auto long_ago = std::filesystem::file_time_type{} - std::chrono::hours{24};
    for (const std::string& name : names) folder.set_time(name, long_ago);
    CHECK(folder.run(arguments).code == 0);
    for (const std::string& name : names) CHECK(folder.time_of(name) == long_ago);
    folder.write("items.fbs", std::string{kGood} + "/// A part.\nstruct Part { x:int; }\n");
    CHECK(folder.run(arguments).code == 0);
    CHECK(folder.time_of("out/items_tables.hpp") != long_ago);
    CHECK(folder.time_of("out/items.d") == long_ago);
}

TEST_CASE("includes are looked for beside the schema and in -I folders, and listed as dependencies") {
    const Folder folder;
    folder.write("schemas/items.fbs", std::string{"include \"near.fbs\"; include \"far.fbs\";\n"} + kGood);
    folder.write("schemas/near.fbs", "table Near { x:int; }\n");
    folder.write("else where/far.fbs", "table Far { x:int; }\n");
    CHECK(folder.run("schemas/items.fbs -o out").code == 1);
    const Outcome outcome = folder.run("schemas/items.fbs -o out -I 'else where' --depfile items.d");
    CHECK(outcome.text.empty());
    CHECK(outcome.code == 0);
    CHECK(folder.read("items.d").find("/near.fbs") != std::string::npos);
    CHECK(folder.read("items.d").find("/else\\ where/far.fbs") != std::string::npos);
    CHECK(folder.read("out/items_tables.hpp").find("#include \"far_tables.hpp\"") != std::string::npos);
}

TEST_CASE("errors of the schema: code 1, and nothing is written") {
    const Folder folder;
    folder.write("items.fbs", "table Item { x:int }\n");
    const Outcome outcome = folder.run("items.fbs -o out");
    CHECK(outcome.code == 1);
    CHECK(outcome.text == "items.fbs:1: table Item, field x: expecting: ; instead got: }\n");
    CHECK_FALSE(folder.has("out"));
}

TEST_CASE("a wrong command line: code 2") {
    const Folder folder;
    folder.write("items.fbs", kGood);
    const std::string hint = "; see cambium-codegen --help\n";
    const auto check = [&](const std::string& arguments, const std::string& sentence) {
        const Outcome outcome = folder.run(arguments);
        CHECK(outcome.code == 2);
        CHECK(outcome.text == "cambium-codegen: " + sentence + hint);
    };
    check("", "no schema file");
    check("items.fbs", "no output folder; give one with -o");
    check("items.fbs -o", "-o needs a value");
    check("items.fbs --fast -o out", "unknown option --fast");
    check("items.fbs more.fbs -o out", "one schema file at a time, not items.fbs and more.fbs");
    check("items.txt -o out", "items.txt is not named like a schema, name.fbs");
    check("--check items.fbs", "--check takes two schemas: the old one and the new one");
    check("--check items.txt items.fbs", "items.txt is not named like a schema, name.fbs");
    check("--check items.fbs items.fbs -o out", "a check writes nothing, so it takes no -o");
    check("--check-database items.fbs", "--check-database takes a store file and a schema");
    check("--check-database store items.txt", "items.txt is not named like a schema, name.fbs");
    check("--from-database", "--from-database takes one store file");
    check("--from-database store --depfile d", "--depfile is for generating");
    check("--check --from-database store", "--from-database is one mode too many");
    check("items.fbs -o out -o other", "-o is given twice, with out and other");
    check("items.fbs -o out --depfile a --depfile b", "--depfile is given twice, with a and b");
    check("items.fbs -o out --depfile-target t", "--depfile-target needs a --depfile");
    check("--check items.fbs items.fbs --depfile-target t", "--depfile is for generating");
    check("--help --bogus", "unknown option --bogus");
    check("--version --bogus", "unknown option --bogus");
    check("-h -o", "-o needs a value");
}

TEST_CASE("--check: code 0 or 4, a line per difference; 1 for a schema that has errors") {
    const Folder folder;
    folder.write("old.fbs", "table Item { x:int; }\n");
    folder.write("more.fbs", "table Item { x:int; y:string; }\n");
    folder.write("other.fbs", "table Item { x:float; }\n");
    folder.write("bad.fbs", "table Item { new:int; }\n");
    CHECK(folder.run("--check old.fbs more.fbs").code == 0);
    CHECK(folder.run("--check old.fbs other.fbs").code == 4);
    CHECK(folder.run("--check old.fbs other.fbs").text ==
          "incompatible: buffers: table Item: defaults differ for field: x, was x:int (id: 0), is x:float (id: 0); "
          "in "
          "buffers a field keeps its place, its default, and its type by name: add another at the end, and make "
          "this one "
          "(deprecated)\n");
    CHECK(folder.run("--check old.fbs bad.fbs").code == 1);
    CHECK(folder.run("--check none.fbs bad.fbs").code == 3);
}

TEST_CASE("a file that cannot be read or written: code 3") {
    const Folder folder;
    folder.write("items.fbs", kGood);
    folder.write("folder.fbs/inside", "");
    CHECK(folder.run("none.fbs -o out").text == "none.fbs: the schema cannot be read\n");
    CHECK(folder.run("none.fbs -o out").code == 3);
    CHECK(folder.run("folder.fbs -o out").text == "folder.fbs: this is a folder, not a schema\n");
    CHECK(folder.run("folder.fbs -o out").code == 3);
    CHECK(folder.run("items.fbs -o items.fbs").text ==
          "items.fbs/items_tables.hpp: the file cannot be written: Not a directory\n");
    CHECK(folder.run("items.fbs -o items.fbs").code == 3);
}

TEST_CASE("when one file cannot be written, none is") {
    const Folder folder;
    folder.write("items.fbs", kGood);
    folder.write("out/items_tables.cpp/inside", "");
    const Outcome outcome = folder.run("items.fbs -o out --depfile out/items.d");
    CHECK(outcome.text == "out/items_tables.cpp: the file cannot be written: Is a directory\n");
    CHECK(outcome.code == 3);
    CHECK(folder.names("out") == "items_tables.cpp");
    CHECK(folder.run("items.fbs -o new --depfile items.fbs/items.d").code == 3);
    CHECK(folder.names("new") == "items_fb");
    CHECK(folder.run("items.fbs -o new").code == 0);
    CHECK(folder.names("new") == "items_fb items_tables.cpp items_tables.hpp");
}

TEST_CASE("files of the user that are called like drafts stay, and what is there when a device is full") {
    const Folder folder;
    folder.write("items.fbs", kGood);
    folder.write("out/items_tables.hpp", "old");
    folder.write("out/items_tables.hpp.new", "mine");
    folder.write("out/items_fb/.cambium-codegen-1", "mine");
    const Outcome full = folder.run("items.fbs -o out --depfile /dev/full");
    CHECK(full.code == 3);
    CHECK(full.text == "/dev/full: the file cannot be written: No space left on device; no file is replaced\n");
    CHECK(folder.read("out/items_tables.hpp") == "old");
    CHECK(folder.names("out") == "items_fb items_tables.hpp items_tables.hpp.new");
    CHECK(folder.run("items.fbs -o out").code == 0);
    CHECK(folder.read("out/items_tables.hpp").find("struct Item") != std::string::npos);
    CHECK(folder.read("out/items_tables.hpp.new") == "mine");
    CHECK(folder.names("out/items_fb") == ".cambium-codegen-1 items_fb.fbs");
}

TEST_CASE("output through a symbolic link and to a device") {
    const Folder folder;
    folder.write("items.fbs", kGood);
    folder.write("elsewhere/it", "old");
    folder.write("out/inside", "");
    folder.link("elsewhere/it", "out/items_tables.hpp");
    CHECK(folder.run("items.fbs -o out --depfile /dev/stdout").text.find("out/items_tables.hpp: /") == 0);
    CHECK(folder.read("elsewhere/it").find("struct Item") != std::string::npos);
    CHECK(folder.names("out") == "inside items_fb items_tables.cpp items_tables.hpp");
    folder.write("log", "before\n");
    CHECK(folder.run("items.fbs -o out --depfile /dev/stdout >>log").code == 0);
    CHECK(folder.read("log").find("before\nout/items_tables.hpp: /") == 0);
}

TEST_CASE("what is read is not replaced, and no file is written twice: code 3") {
    const Folder folder;
    folder.write("items.fbs", kGood);
    folder.write("out/inside", "");
    folder.link("items.fbs", "link");
    for (const std::string depfile : {"items.fbs", "./items.fbs", "link"}) {
        const Outcome outcome = folder.run("items.fbs -o out --depfile " + depfile);
        CHECK(outcome.code == 3);
        CHECK(outcome.text == depfile + ": this file was read, and would be replaced; write another\n");
    }
    CHECK(folder.read("items.fbs") == kGood);
    const Outcome twice = folder.run("items.fbs -o out --depfile out/items_tables.hpp");
    CHECK(twice.code == 3);
    CHECK(twice.text == "out/items_tables.hpp: two files are to be written here; name another for the depfile\n");
    CHECK(folder.names("out") == "inside");
    CHECK(folder.run("items.fbs -o . --depfile items_tables.hpp").text ==
          "items_tables.hpp: two files are to be written here; name another for the depfile\n");
}

TEST_CASE("standard output that cannot be written: code 3") {
    const Folder folder;
    folder.write("old.fbs", "table Item { x:int; }\n");
    folder.write("new.fbs", "table Item { x:float; }\n");
    const auto check = [&](const std::string& arguments, int code, const std::string& text) {
        const Outcome outcome = folder.run(arguments + " 2>errors.txt >/dev/full");
        CHECK(outcome.code == code);
        CHECK(folder.read("errors.txt") == text);
    };
    const std::string sentence = "cambium-codegen: standard output cannot be written\n";
    check("--help", 3, sentence);
    check("--version", 3, sentence);
    check("--check old.fbs new.fbs", 3, sentence);
    check("--check old.fbs old.fbs", 0, "");
}

TEST_CASE("help and version") {
    const Folder folder;
    const Outcome help = folder.run("--help");
    CHECK(help.code == 0);
    for (const char* word : {"cambium_table", "cambium_codec",    "cambium_key",     "cambium_unique",
                             "cambium_index", "cambium_type",     "cambium_absent",  "cambium_generated",
                             "cambium_log",   "descending",       "ignore_case",     "each",
                             "where",         "covering",         "version",         "without_nulls",
                             "--check",       "--check-database", "--from-database", "--depfile-target",
                             "Exit codes",    "flatc --cpp"})
        CHECK(help.text.find(word) != std::string::npos);
    CHECK(folder.run("--version").text.find("cambium-codegen ") == 0);
}

}  // namespace
