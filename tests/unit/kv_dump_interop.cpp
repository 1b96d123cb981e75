// The dump format against LMDB's own mdb_dump and mdb_load, both ways. Built only where they are installed.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "cambium/kv/dump.hpp"
#include "file_bytes.hpp"
#include "memory_directory.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::DumpEncoding;
using kv::Environment;

namespace {

void run(const std::string& command) {
    CAPTURE(command);
    REQUIRE(std::system(command.c_str()) == 0);
}

/// Bytes that LMDB 0.9 can hold as keys: up to 511. Its mdb_dump -p writes a backslash as it is, so print gets
/// none.
Trees sample(DumpEncoding encoding) {
    Trees trees;
    for (int i = 0; i < 3000; ++i) {
        std::string key = "key " + std::to_string(i * 7919 % 3000);
        key.push_back(static_cast<char>(i % 256));
        if (encoding == DumpEncoding::print && key.back() == '\\') key.back() = '/';
        trees["first"][key] = std::string(static_cast<std::size_t>(i % 90), static_cast<char>(i % 31));
    }
    for (int i = 0; i < 2000; ++i)  // a tree with duplicates: key, zero byte, value
        trees["several"][std::to_string(i % 9) + std::string(1, '\0') + std::to_string(i)] = "";
    trees["second"] = {{std::string(511, 'k'), std::string(100000, '\xff')}, {"empty", ""}};
    return trees;
}

void fill(Environment& environment, const Trees& trees) {
    kv::WriteTransaction txn = environment.begin_write();
    for (const auto& [name, entries] : trees) {
        const bool pairs = name == "several";
        const kv::Tree tree = txn.create_tree(name, {.duplicates = pairs});
        for (const auto& [key, value] : entries) {
            const std::size_t zero = key.find('\0');
            if (pairs) txn.put(tree, key.substr(0, zero), key.substr(zero + 1));
            if (!pairs) txn.put(tree, key, value);
        }
    }
    txn.commit();
}

void there_and_back(DumpEncoding encoding) {
    const MemoryDirectory directory;
    Environment source = Environment::open(directory.file("source"));
    fill(source, sample(encoding));
    {
        std::ofstream out{directory.file("out.txt"), std::ios::binary};
        kv::dump(source.begin_read(), out, {.encoding = encoding});
    }
    const std::string lmdb = directory.file("lmdb");
    run(MDB_LOAD " -n -f " + directory.file("out.txt") + " " + lmdb + " 2>" + directory.file("errors"));
    CHECK(read_file(directory.file("errors")).find("error") == std::string::npos);
    const std::string print = encoding == DumpEncoding::print ? " -p" : "";
    run(MDB_DUMP " -n -a" + print + " " + lmdb + " >" + directory.file("back.txt"));
    Environment target = Environment::open(directory.file("target"));
    std::ifstream in{directory.file("back.txt"), std::ios::binary};
    const kv::LoadReport report = kv::load(target, in);
    CHECK(report.blocks == 3);
    CHECK(content_of(target) == content_of(source));
    (void)require_sound(target);
    (void)require_sound(source);
}

}  // namespace

TEST_CASE("through mdb_load and mdb_dump and back, bytevalue") {
    there_and_back(DumpEncoding::bytevalue);
}

TEST_CASE("through mdb_load and mdb_dump and back, print") {
    there_and_back(DumpEncoding::print);
}

TEST_CASE("a backslash of ours is read right by mdb_load, after an escape too") {
    const MemoryDirectory directory;
    Environment source = Environment::open(directory.file("source"));
    fill(source, {{"t", {{std::string{"a\0\\b", 4}, "\\"}}}});
    {
        std::ofstream out{directory.file("out.txt"), std::ios::binary};
        kv::dump_tree(source.begin_read(), "t", out, {.encoding = DumpEncoding::print, .named = false});
    }
    run(MDB_LOAD " -n -f " + directory.file("out.txt") + " " + directory.file("lmdb") + " 2>/dev/null");
    run(MDB_DUMP " -n " + directory.file("lmdb") + " >" + directory.file("back.txt"));
    CHECK(read_file(directory.file("back.txt")).find("HEADER=END\n 61005c62\n 5c\nDATA=END\n") !=
          std::string::npos);
    (void)require_sound(source);
}
