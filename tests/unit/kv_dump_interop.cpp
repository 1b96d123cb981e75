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

TEST_CASE("mdb_load and mdb_dump keep keys and values in our orders, and their flags") {
    using enum kv::KeyOrder;
    for (const kv::KeyOrder keys : {bytes, reversed, native_integers})
        for (const kv::KeyOrder values : {bytes, reversed, native_integers})
            for (const std::uint16_t fixed_size : {std::uint16_t{0}, std::uint16_t{4}, std::uint16_t{8}}) {
                // LMDB takes integers as values of one size only.
                if (values == native_integers && fixed_size == 0) continue;
                CAPTURE(static_cast<int>(keys));
                CAPTURE(static_cast<int>(values));
                CAPTURE(fixed_size);
                const MemoryDirectory directory;
                Environment source = Environment::open(directory.file("source"));
                kv::WriteTransaction txn = source.begin_write();
                const kv::TreeOptions options{
                    .key_order = keys, .duplicates = true, .value_order = values, .fixed_value_size = fixed_size};
                const kv::Tree tree = txn.create_tree("t", options);
                for (std::uint64_t i = 0; i < 3000; ++i) {
                    const std::uint64_t numbers[2] = {i % 7 * 300, i * 7919 % 3000};
                    const ByteView bytes_of[2] = {{reinterpret_cast<const char*>(&numbers[0]), 8},
                                                  {reinterpret_cast<const char*>(&numbers[1]), 8}};
                    const std::size_t size = fixed_size == 0 ? 2 + i % 7 : fixed_size;
                    txn.put(tree, bytes_of[0], bytes_of[1].substr(0, size));
                }
                txn.commit();
                std::ostringstream ours;
                kv::dump_tree(source.begin_read(), "t", ours, {});
                write_file(directory.file("out.txt"), ours.str());
                const std::string lmdb = directory.file("lmdb");
                run(MDB_LOAD " -n -f " + directory.file("out.txt") + " " + lmdb + " 2>/dev/null");
                run(MDB_DUMP " -n -s t " + lmdb + " >" + directory.file("back.txt"));
                const std::string theirs = read_file(directory.file("back.txt"));
                const auto part = [](const std::string& text, const char* from, const char* to) {
                    const std::size_t begin = text.find(from);
                    REQUIRE(begin != std::string::npos);
                    return text.substr(begin, text.find(to, begin) - begin);
                };
                CHECK(part(theirs, "duplicates=1", "db_pagesize") ==
                      part(ours.str(), "duplicates=1", "db_pagesize"));
                CHECK(part(theirs, "HEADER=END", "DATA=END") == part(ours.str(), "HEADER=END", "DATA=END"));
                Environment target = Environment::open(directory.file("target"));
                std::istringstream in{theirs};
                (void)kv::load(target, in);
                CHECK(content_of(target) == content_of(source));
                const kv::ReadTransaction read = target.begin_read();
                CHECK(read.options(read.tree("t")) == options);
                (void)require_sound(target);
                (void)require_sound(source);
            }
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
