// The first bytes of the lock file and of its reader slots, pinned: processes of two builds meet in it.
#include <cstring>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "child.hpp"
#include "file_bytes.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using kv::Environment;

namespace {

constexpr std::size_t kAbiOffset = 8;
constexpr std::size_t kHeaderSizeOffset = 12;
constexpr std::size_t kSlotsOffset = 188416;
constexpr std::size_t kSlotSize = 64;

template <class T>
T at(const std::string& bytes, std::size_t offset) {
    T value;
    REQUIRE(offset + sizeof value <= bytes.size());
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

void add(const std::string& path, std::size_t offset, int change) {
    std::string bytes = test::read_file(path);
    bytes[offset] = static_cast<char>(bytes[offset] + change);
    std::FILE* file = std::fopen(path.c_str(), "r+b");
    REQUIRE(file != nullptr);
    CHECK(std::fseek(file, static_cast<long>(offset), SEEK_SET) == 0);
    CHECK(std::fputc(bytes[offset], file) != EOF);
    CHECK(std::fclose(file) == 0);
}

}  // namespace

TEST_CASE("the lock file begins with its name, the number of its layout and its size") {
    const test::MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    const std::string bytes = test::read_file(directory.store() + "-lock");
    CHECK(bytes.substr(0, 8) == "CambLock");
    // Another layout of anything in the lock file needs another number here and in lock_file.cpp.
    CHECK(at<std::uint32_t>(bytes, kAbiOffset) == 7);
#if defined(__x86_64__) && defined(__GLIBC__)
    CHECK(at<std::uint32_t>(bytes, kHeaderSizeOffset) == 168576);
#endif
    CHECK(bytes.substr(16, 16) == test::read_file(directory.store()).substr(32, 16));  // the store's uuid
    CHECK(bytes.size() == kSlotsOffset + 1024 * kSlotSize);
    (void)test::require_sound(environment);
}

TEST_CASE("a reader's slot has its snapshot, its process and its thread") {
    const test::MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    {
        kv::WriteTransaction txn = environment.begin_write();
        (void)txn.create_tree("tree");
        txn.commit();
    }
    const kv::ReadTransaction reader = environment.begin_read();
    const std::string bytes = test::read_file(directory.store() + "-lock");
    CHECK(at<std::uint64_t>(bytes, kSlotsOffset) == reader.id() + 1);
    CHECK(at<std::uint32_t>(bytes, kSlotsOffset + 8) != 0);  // owner
    CHECK(at<std::uint32_t>(bytes, kSlotsOffset + 12) == static_cast<std::uint32_t>(::getpid()));
    (void)test::require_sound(environment);
}

TEST_CASE("a process whose layout of the lock file is another one does not join") {
    const test::MemoryDirectory directory;
    const std::string lock = directory.store() + "-lock";
    test::Child child{[&](const test::Child::Pipe& pipe) {
        const Environment open = Environment::open(directory.store());
        pipe.send(0);
        (void)pipe.receive();
    }};
    REQUIRE(child.receive() == 0);
    for (const std::size_t offset : {kAbiOffset, kHeaderSizeOffset}) {
        CAPTURE(offset);
        add(lock, offset, 1);
        try {
            const Environment joined = Environment::open(directory.store());
            FAIL_CHECK("it joined");
        } catch (const Error& error) {
            CHECK(to_string(error.code()) == to_string(ErrorCode::busy));
            CHECK(std::string{error.what()}.find(lock) != std::string::npos);
        }
        add(lock, offset, -1);
    }
    {
        Environment joined = Environment::open(directory.store());
        (void)test::require_sound(joined);
    }
    child.send(0);
    child.require_success();
}
