// Large values in pieces: what a reader proves, what a writer promises.
#include <optional>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "errors.hpp"
#include "file_bytes.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;
using kv::Tree;

namespace {

std::string noise(std::size_t size) {
    std::mt19937_64 random{size};
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

}  // namespace

TEST_CASE("a value is read in pieces of any size") {
    MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    for (const std::size_t size : {0U, 1U, 100U, 1976U, 65535U, 65536U, 65537U, 400000U}) {
        const std::string value = noise(size);
        kv::WriteTransaction writer = environment.begin_write();
        const Tree tree = writer.create_tree("t");
        writer.put(tree, "k", value);
        CHECK(writer.value_reader(tree, "k")->size() == size);  // not committed, not proven, but right
        writer.commit();
        const kv::ReadTransaction txn = environment.begin_read();
        std::optional<kv::ValueReader> reader = txn.value_reader(tree, "k");
        REQUIRE(reader.has_value());
        std::string views;
        for (ByteView piece = reader->next(); !piece.empty(); piece = reader->next()) {
            CHECK(piece.size() <= 65536);
            views.append(piece);
        }
        CHECK(views == value);
        CHECK(reader->position() == size);
        reader->seek(size / 2);
        std::string copied;
        std::byte buffer[777];
        for (std::size_t got = 0; (got = reader->read(buffer)) > 0;)
            copied.append(reinterpret_cast<const char*>(buffer), got);
        CHECK(copied == value.substr(size / 2));
        (void)error_of(ErrorCode::invalid_argument, [&] { reader->seek(size + 1); });
        CHECK_FALSE(txn.value_reader(tree, "absent").has_value());
    }
    (void)require_sound(environment);
}

TEST_CASE("damage is found in the chunk that has it, and only there") {
    MemoryDirectory directory;
    const std::string value = noise(300000);
    const std::string small = noise(500);
    {
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction writer = environment.begin_write();
        const Tree tree = writer.create_tree("t");
        writer.put(tree, "large", value);
        writer.put(tree, "small", small);
        writer.commit();
        (void)require_sound(environment);
    }
    std::string file = read_file(directory.store());
    const std::size_t at = file.find(value.substr(140000, 64));
    REQUIRE(at != std::string::npos);
    file[at] ^= 1;
    const std::size_t of_small = file.find(small);
    REQUIRE(of_small != std::string::npos);
    file[of_small + 250] ^= 1;
    write_file(directory.store(), file);
    Environment environment = Environment::open(directory.store());
    const kv::ReadTransaction txn = environment.begin_read();
    const Tree tree = txn.tree("t");
    std::optional<kv::ValueReader> reader = txn.value_reader(tree, "large");
    REQUIRE(reader.has_value());
    CHECK(reader->next() == value.substr(0, 65536));
    CHECK(reader->next() == value.substr(65536, 65536));
    (void)error_of(ErrorCode::corrupt, [&] { (void)reader->next(); });
    std::byte buffer[16];
    reader->seek(131072 + 60000);
    (void)error_of(ErrorCode::corrupt, [&] { (void)reader->read(buffer); });
    reader->seek(196608);
    CHECK(reader->next() == value.substr(196608, 65536));
    (void)error_of(ErrorCode::corrupt, [&] { (void)txn.value_reader(tree, "small"); });
}

TEST_CASE("a damaged table of checksums is found at once") {
    MemoryDirectory directory;
    const std::string value = noise(200000);
    {
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction writer = environment.begin_write();
        writer.put(writer.create_tree("t"), "large", value);
        writer.commit();
    }
    std::string file = read_file(directory.store());
    const std::size_t at = file.find(value.substr(199936));
    REQUIRE(at != std::string::npos);
    file[at + 64 + 3] ^= 1;  // the checksum of the first chunk
    write_file(directory.store(), file);
    Environment environment = Environment::open(directory.store());
    const kv::ReadTransaction txn = environment.begin_read();
    (void)error_of(ErrorCode::corrupt, [&] { (void)txn.value_reader(txn.tree("t"), "large"); });
}

TEST_CASE("a value is written in pieces, beside other writes") {
    MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    const std::string values[] = {noise(0), noise(900), noise(250000)};
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    for (const std::string& value : values) {
        kv::ValueWriter writer = txn.value_writer(tree, "k" + std::to_string(value.size()), value.size());
        for (std::size_t at = 0; at < value.size(); at += 333) {
            writer.append(ByteView{value}.substr(at, 333));
            txn.put(tree, "other" + std::to_string(at), std::string(50, 'o'));
            if (at % 2 == 0) (void)txn.erase(tree, "other" + std::to_string(at));
        }
        writer.finish();
        CHECK(writer.written() == value.size());
    }
    txn.commit();
    const kv::ReadTransaction reader = environment.begin_read();
    for (const std::string& value : values) CHECK(reader.get(tree, "k" + std::to_string(value.size())) == value);
    (void)require_sound(environment);
}

TEST_CASE("misuse of a writer of pieces") {
    MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    kv::ValueWriter writer = txn.value_writer(tree, "k", 10);
    (void)error_of(ErrorCode::invalid_argument, [&] { writer.append("more than ten bytes"); });
    writer.append("12345");
    (void)error_of(ErrorCode::misuse, [&] { writer.finish(); });
    CHECK(txn.get(tree, "k") == ByteView("12345\0\0\0\0\0", 10));
    (void)txn.erase(tree, "k");
    (void)error_of(ErrorCode::misuse, [&] { writer.append("67890"); });
    txn.put(tree, "k", "short");
    (void)error_of(ErrorCode::misuse, [&] { writer.append("67890"); });
    txn.commit();
    (void)error_of(ErrorCode::misuse, [&] { writer.append("67890"); });
    (void)error_of(ErrorCode::misuse, [&] { writer.finish(); });
    txn = environment.begin_write();
    (void)error_of(ErrorCode::misuse, [&] { writer.append("67890"); });
    txn.abort();
    kv::ReadTransaction reader = environment.begin_read();
    std::optional<kv::ValueReader> pieces = reader.value_reader(tree, "k");
    REQUIRE(pieces.has_value());
    reader.end();
    (void)error_of(ErrorCode::misuse, [&] { (void)pieces->next(); });
    (void)require_sound(environment);
}
