// Files that are not what they should be: the answer is right, or an error that says what is wrong; never a crash,
// a hang, or a changed byte.
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "base/checksum.hpp"
#include "cambium/base/error.hpp"
#include "cambium/kv/backup.hpp"
#include "cambium/kv/copy.hpp"
#include "cambium/kv/environment.hpp"
#include "file_bytes.hpp"
#include "kv/node.hpp"
#include "kv/page_format.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

std::string value_of(std::size_t size, std::uint64_t salt) {
    std::string value(size, '\0');
    for (std::size_t i = 0; i < size; ++i) value[i] = static_cast<char>('a' + (i * 7 + salt) % 26);
    return value;
}

/// A small store with branches, leaves, large values, free and waiting pages; closed.
Trees make_store(const std::string& path) {
    Environment environment = Environment::open(path);
    for (std::uint64_t round = 0; round < 3; ++round) {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree small = txn.create_tree("small");
        for (std::uint64_t i = round; i < 120; i += 1 + round)
            txn.put(small, "key " + std::to_string(i), value_of(40, i + round));
        const kv::Tree large = txn.create_tree("large");
        txn.put(large, "pages", value_of(9000, round));
        txn.put(large, "more", value_of(3000 + round, round));
        (void)txn.create_tree("empty");
        txn.commit();
    }
    return content_of(environment);
}

/// The error of opening, or nothing when it opens.
std::optional<Error> open_error(const std::string& path, const kv::Options& options = {}) {
    try {
        const Environment environment = Environment::open(path, options);
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

/// Requires that opening fails with the code, in a sentence that names the file, and changes nothing.
void require_refused(const std::string& path, ErrorCode code) {
    const std::string before = read_file(path);
    for (const bool read_only : {false, true}) {
        kv::Options options;
        options.read_only = read_only;
        const std::optional<Error> error = open_error(path, options);
        REQUIRE(error.has_value());
        INFO(std::string{error->what()});
        CHECK(to_string(error->code()) == to_string(code));
        CHECK(std::string{error->what()}.find(path) != std::string::npos);
        REQUIRE(read_file(path) == before);
    }
}

/// What became of a damaged store.
struct Outcome {
    bool opened = false;
    bool read = false;   ///< everything could be read
    bool right = false;  ///< and was as before
    bool found = false;  ///< check() found something
};

/// Opens, reads everything, checks and writes a damaged store. Errors must be about the damage.
Outcome use_damaged(const std::string& path, const Trees& content) {
    Outcome outcome;
    const auto expect_corrupt = [](const Error& error) {
        INFO(std::string{error.what()});
        // A damaged catalog may have lost the tree of a name.
        if (error.code() != ErrorCode::not_found) CHECK(to_string(error.code()) == to_string(ErrorCode::corrupt));
    };
    try {
        Environment environment = Environment::open(path);
        outcome.opened = true;
        try {
            const Trees found = content_of(environment);
            outcome.read = true;
            outcome.right = found == content;
        } catch (const Error& error) {
            expect_corrupt(error);
        }
        const kv::ReadTransaction reader = environment.begin_read();
        for (const auto& [name, entries] : content) {
            for (const auto& [key, value] : entries) {
                try {
                    const std::optional<kv::Tree> tree = reader.find_tree(name);
                    if (tree.has_value()) (void)reader.get(*tree, key);
                } catch (const Error& error) {
                    expect_corrupt(error);
                }
            }
        }
        outcome.found = !kv::check(environment).ok();
        try {
            kv::WriteTransaction txn = environment.begin_write();
            const kv::Tree tree = txn.create_tree("small");
            for (int i = 0; i < 120; i += 10) txn.put(tree, "key " + std::to_string(i), "new");
            (void)txn.drop_tree("large");
            txn.commit();
        } catch (const Error& error) {
            expect_corrupt(error);
        }
    } catch (const Error& error) {
        INFO(std::string{error.what()});
        CHECK((error.code() == ErrorCode::corrupt || error.code() == ErrorCode::not_a_store ||
               error.code() == ErrorCode::format_version));
    }
    return outcome;
}

}  // namespace

TEST_CASE("a file that is not ours is refused and left alone") {
    const MemoryDirectory directory;
    const std::string path = directory.file("file");
    for (const std::string& bytes :
         {std::string{"x"}, std::string{"Cambium"}, std::string{"#!/bin/sh\necho hello\n"}, std::string(4096, '\0'),
          std::string(1 << 20, '\0'), std::string(200000, 'z'),
          std::string("SQLite format 3\0", 16) + std::string(8000, '\1')}) {
        write_file(path, bytes);
        require_refused(path, ErrorCode::not_a_store);
    }
}

TEST_CASE("our magic alone does not make a store") {
    const MemoryDirectory directory;
    const std::string path = directory.file("file");
    for (const std::size_t size : {8U, 215U, 4096U, 65536U, 131072U, 1U << 20}) {
        std::string bytes(size, '\0');
        std::memcpy(bytes.data(), kv::kMagic, sizeof kv::kMagic);
        if (size >= 20) std::memcpy(bytes.data() + 16, &kv::kFormatVersion, 4);
        write_file(path, bytes);
        require_refused(path, ErrorCode::corrupt);
    }
}

TEST_CASE("an empty file is filled, unless it must not be") {
    const MemoryDirectory directory;
    const std::string path = directory.file("file");
    write_file(path, "");
    kv::Options options;
    options.create = false;
    REQUIRE(open_error(path, options)->code() == ErrorCode::not_a_store);
    options = {};
    options.read_only = true;
    REQUIRE(open_error(path, options)->code() == ErrorCode::not_a_store);
    REQUIRE(read_file(path).empty());
    const Trees content = make_store(path);
    Environment environment = Environment::open(path);
    REQUIRE(content_of(environment) == content);
    (void)require_sound(environment);
}

TEST_CASE("a store of another format version is named as such") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    (void)make_store(path);
    std::string bytes = read_file(path);
    for (const std::uint64_t slot : kv::kMetaOffsets) {
        const std::uint32_t version = kv::kFormatVersion + 1;
        std::memcpy(bytes.data() + slot + offsetof(kv::MetaHeader, format_version), &version, sizeof version);
    }
    write_file(path, bytes);
    require_refused(path, ErrorCode::format_version);
    CHECK(std::string{open_error(path)->what()}.find("version 2") != std::string::npos);
}

TEST_CASE("what is not a regular file is refused and left as it is") {
    const MemoryDirectory directory;
    const std::string pipe = directory.file("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const auto require_code = [](const std::string& path, ErrorCode code) {
        const std::optional<Error> error = open_error(path);
        REQUIRE(error.has_value());
        CHECK(to_string(error->code()) == to_string(code));
        CHECK(std::string{error->what()}.find(path) != std::string::npos);
    };
    require_code(pipe, ErrorCode::not_a_store);
    CHECK(std::filesystem::is_fifo(pipe));
    require_code("/dev/null", ErrorCode::not_a_store);
    CHECK(std::filesystem::is_character_file("/dev/null"));
    const std::string nowhere = directory.file("nowhere");
    std::filesystem::create_symlink(directory.file("absent"), nowhere);
    require_code(nowhere, ErrorCode::not_found);
    CHECK(std::filesystem::is_symlink(nowhere));
}

TEST_CASE("a link to an empty file leads to a store, and has its lock file") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const std::string link = directory.file("link");
    write_file(path, "");
    std::filesystem::create_symlink(path, link);
    Environment through_link = Environment::open(link);
    CHECK(std::filesystem::is_symlink(link));
    CHECK(std::filesystem::exists(path + "-lock"));
    CHECK_FALSE(std::filesystem::exists(link + "-lock"));
    (void)require_sound(through_link);
}

TEST_CASE("a damaged magic or version of one slot is reported as a fallback") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const Trees content = make_store(path);
    const std::string whole = read_file(path);
    for (const std::size_t at : {0U, 16U}) {
        std::string bytes = whole;
        bytes[kv::kMetaOffsets[1] + at] = static_cast<char>(bytes[kv::kMetaOffsets[1] + at] ^ 1);
        write_file(path, bytes);
        Environment environment = Environment::open(path);
        CHECK(environment.recovery().fell_back);
        REQUIRE(content_of(environment) == content);
    }
}

TEST_CASE("a truncated store is refused; reserves at its end may be missing") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const Trees content = make_store(path);
    const std::string whole = read_file(path);
    const kv::MetaHeader header = [&] {
        kv::MetaHeader h;
        std::memcpy(&h, whole.data(), sizeof h);
        return h;
    }();
    const std::uint64_t needed = header.page_count * header.page_size;
    std::vector<std::uint64_t> lengths{1,    7,    8,     16,    215,   216,   511,   512,
                                       4095, 4096, 65535, 65536, 65544, 65752, 69632, 131071};
    for (std::uint64_t page = 32; page <= header.page_count; ++page)
        for (const std::uint64_t length : {page * 4096, page * 4096 + 1, page * 4096 + 4095})
            if (length < whole.size()) lengths.push_back(length);
    for (const std::uint64_t length : lengths) {
        INFO("cut to " << length << " of " << needed);
        write_file(path, whole.substr(0, length));
        if (length < needed) {
            const ErrorCode code = length < 8 ? ErrorCode::not_a_store : ErrorCode::corrupt;
            require_refused(path, code);
        } else {
            Environment environment = Environment::open(path);
            REQUIRE(content_of(environment) == content);
            (void)require_sound(environment);
        }
    }
}

TEST_CASE("one damaged commit record of a closed store loses nothing; two are an error") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const Trees content = make_store(path);
    const std::string whole = read_file(path);
    for (const std::uint64_t slot : kv::kMetaOffsets) {
        for (std::size_t at = 0; at < sizeof(kv::MetaHeader); ++at) {
            INFO("byte " << at << " of the slot at " << slot);
            std::string bytes = whole;
            bytes[slot + at] = static_cast<char>(bytes[slot + at] ^ 0x41);
            write_file(path, bytes);
            {
                Environment environment = Environment::open(path);
                REQUIRE(content_of(environment) == content);
                REQUIRE(environment.recovery().unclean);
                (void)require_sound(environment);
                kv::WriteTransaction txn = environment.begin_write();
                txn.put(txn.create_tree("small"), "one more", "x");
                txn.commit();
            }
            const std::uint64_t other = kv::kMetaOffsets[0] + kv::kMetaOffsets[1] - slot;
            bytes[other + at] = static_cast<char>(bytes[other + at] ^ 0x41);
            write_file(path, bytes);
            const std::optional<Error> error = open_error(path);
            REQUIRE(error.has_value());
            const ErrorCode expected = at < 8                ? ErrorCode::not_a_store
                                       : at >= 16 && at < 20 ? ErrorCode::format_version
                                                             : ErrorCode::corrupt;
            CHECK(to_string(error->code()) == to_string(expected));
            REQUIRE(read_file(path) == bytes);
        }
    }
}

TEST_CASE("flipped bytes in pages are found, and nothing worse happens") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const Trees content = make_store(path);
    const std::string whole = read_file(path);
    kv::MetaHeader header;
    std::memcpy(&header, whole.data(), sizeof header);
    std::mt19937_64 random{seed()};

    std::uint64_t flips = 0;
    std::uint64_t noticed = 0;
    const auto flip = [&](std::uint64_t at, char with) {
        INFO("byte " << at % 4096 << " of page " << at / 4096 << " xor " << static_cast<int>(with));
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ with);
        write_file(path, bytes);
        const Outcome outcome = use_damaged(path, content);
        ++flips;
        // A byte of a page in use is covered by a checksum; in other pages it does not matter.
        const bool harmless = outcome.opened && outcome.right;
        CHECK((outcome.found || !outcome.opened || harmless));
        if (outcome.found || !outcome.opened) ++noticed;
    };
    for (std::uint64_t page = 32; page < header.page_count; ++page) {
        const auto kind = static_cast<kv::PageKind>(whole[page * 4096 + 24]);
        for (std::uint64_t at = 0;
             at < (kind == kv::PageKind::run ? sizeof(kv::RunHeader) : sizeof(kv::NodeHeader)); ++at)
            for (const int with : {0xff, 1 << random() % 8}) flip(page * 4096 + at, static_cast<char>(with));
        if (kind != kv::PageKind::leaf) continue;
        // References to large values: the highest bit says that a page is a dirty one.
        const kv::NodeView leaf{reinterpret_cast<const std::byte*>(whole.data()) + page * 4096, 4096};
        for (std::uint32_t i = 0; i < leaf.count(); ++i) {
            const kv::LeafEntry entry = leaf.leaf_entry(i);
            const auto at = static_cast<std::uint64_t>(entry.value.data() - whole.data());
            for (std::size_t byte = 0; entry.kind == kv::ValueKind::run && byte < entry.value.size(); ++byte)
                for (const int with : {0x80, 0xbb}) flip(at + byte, static_cast<char>(with));
        }
    }
    for (int i = 0; i < 1500; ++i)
        flip(32 * 4096 + random() % ((header.page_count - 32) * 4096), static_cast<char>(1 + random() % 255));
    MESSAGE(flips << " flips, " << noticed << " in pages in use");
    CHECK(noticed > flips / 10);
}

TEST_CASE("a page that is zero, of another place or of random bytes is found") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const Trees content = make_store(path);
    const std::string whole = read_file(path);
    kv::MetaHeader header;
    std::memcpy(&header, whole.data(), sizeof header);
    std::mt19937_64 random{seed()};
    const auto damage = [&](std::uint64_t page, const std::string& with) {
        INFO("page " << page);
        std::string bytes = whole;
        bytes.replace(page * 4096, with.size(), with);
        write_file(path, bytes);
        const Outcome outcome = use_damaged(path, content);
        CHECK((outcome.found || !outcome.opened || outcome.right));
    };
    for (std::uint64_t page = 32; page < header.page_count; ++page) {
        damage(page, std::string(4096, '\0'));
        damage(page, whole.substr((32 + random() % (header.page_count - 32)) * 4096, 4096));
        std::string noise(4096, '\0');
        for (char& c : noise) c = static_cast<char>(random());
        damage(page, noise);
        // With the right page number, so that reading goes on into the noise.
        std::string plausible = whole.substr(page * 4096, 32) + noise.substr(32);
        damage(page, plausible);
    }
}

TEST_CASE("opening read-only never changes a byte") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const Trees content = make_store(path);
    std::string bytes = read_file(path);
    kv::Options options;
    options.read_only = true;
    for (const bool closed : {true, false}) {
        if (!closed) bytes[kv::kMetaOffsets[1] + 100] = static_cast<char>(bytes[kv::kMetaOffsets[1] + 100] ^ 1);
        write_file(path, bytes);
        Environment environment = Environment::open(path, options);
        REQUIRE(content_of(environment) == content);
        (void)require_sound(environment);
        try {
            (void)environment.begin_write();
            FAIL("a write transaction began");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::read_only);
        }
        environment.close();
        REQUIRE(read_file(path) == bytes);
    }
}

TEST_CASE("paths that cannot hold a store give a sentence") {
    const MemoryDirectory directory;
    const std::string missing = directory.file("no such directory/store");
    std::optional<Error> error = open_error(missing);
    REQUIRE(error.has_value());
    CHECK(error->code() == ErrorCode::io);
    CHECK(std::string{error->what()}.find(missing) != std::string::npos);

    error = open_error(directory.path());
    REQUIRE(error.has_value());
    CHECK(std::string{error->what()}.find(directory.path()) != std::string::npos);

    kv::Options options;
    options.create = false;
    error = open_error(directory.file("absent"), options);
    REQUIRE(error.has_value());
    CHECK(error->code() == ErrorCode::not_found);
    CHECK_FALSE(std::filesystem::exists(directory.file("absent")));
    CHECK_FALSE(std::filesystem::exists(directory.file("absent-lock")));

    options.create = true;
    for (const std::uint32_t page_size : {0U, 1U, 2048U, 4097U, 131072U}) {
        options.page_size_bytes = page_size;
        CHECK(open_error(directory.file("absent"), options)->code() == ErrorCode::invalid_argument);
    }
}

TEST_CASE("a path with a byte 0 is refused, not cut there") {
    const MemoryDirectory directory;
    const std::string bad = directory.store() + std::string{"\0-other", 7};
    for (const bool read_only : {false, true}) {
        kv::Options options;
        options.read_only = read_only;
        const std::optional<Error> error = open_error(bad, options);
        REQUIRE(error.has_value());
        CHECK(to_string(error->code()) == to_string(ErrorCode::invalid_argument));
        CHECK(std::string{error->what()}.find(directory.store()) != std::string::npos);
    }
    CHECK(std::filesystem::is_empty(directory.path()));

    const std::string store = directory.file("source");
    Environment environment = Environment::open(store);
    const std::string increment = directory.file("increment");
    const kv::BackupPoint base = kv::backup_point(environment);
    REQUIRE(kv::write_increment(environment, base, increment).completed);
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { (void)kv::copy_to(environment, bad); },
             [&] { (void)kv::write_increment(environment, base, bad); },
             [&] { (void)kv::apply_increment(bad, increment); },
             [&] {
                 (void)kv::apply_increment(directory.file("replica"), increment + std::string{"\0", 1});
             }}) {
        try {
            call();
            FAIL_CHECK("no error");
        } catch (const Error& error) {
            CHECK(to_string(error.code()) == to_string(ErrorCode::invalid_argument));
        }
    }
    CHECK_FALSE(std::filesystem::exists(directory.store()));
    (void)require_sound(environment);
}

TEST_CASE("the lock file is not followed through a symbolic link") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    (void)make_store(path);
    std::filesystem::remove(path + "-lock");
    write_file(directory.file("victim"), "precious");
    std::filesystem::create_symlink(directory.file("victim"), path + "-lock");
    const std::optional<Error> error = open_error(path);
    REQUIRE(error.has_value());
    CHECK(std::string{error->what()}.find("-lock") != std::string::npos);
    CHECK(read_file(directory.file("victim")) == "precious");
}

TEST_CASE("data and lock file belong to their owner alone, unless told otherwise") {
    const MemoryDirectory directory;
    const auto mode = [](const std::string& path) {
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        return status.st_mode & 0777U;
    };
    const mode_t mask = ::umask(0);
    for (const std::uint32_t wanted : {0600U, 0640U}) {
        const std::string path = directory.file("store" + std::to_string(wanted));
        kv::Options options;
        if (wanted != 0600U) options.file_mode = wanted;
        Environment environment = Environment::open(path, options);
        CHECK(mode(path) == wanted);
        CHECK(mode(path + "-lock") == wanted);
        (void)require_sound(environment);
    }
    ::umask(mask);
}

TEST_CASE("a symbolic link at the path of the lock file is not followed") {
    const MemoryDirectory directory;
    const std::string path = directory.file("store");
    const std::string victim = directory.file("victim");
    const Trees content = make_store(path);
    for (const bool exists : {true, false}) {
        std::filesystem::remove(path + "-lock");
        std::filesystem::remove(victim);
        if (exists) write_file(victim, "of another user");
        std::filesystem::create_symlink(victim, path + "-lock");
        const std::optional<Error> error = open_error(path);
        REQUIRE(error.has_value());
        CHECK(to_string(error->code()) == to_string(ErrorCode::io));
        CHECK(std::filesystem::exists(victim) == exists);
        if (exists) CHECK(read_file(victim) == "of another user");
    }
    std::filesystem::remove(path + "-lock");
    Environment environment = Environment::open(path);
    CHECK(content_of(environment) == content);
    (void)require_sound(environment);
}

// Found by fuzz_store: the checksum is right, and the first byte of the key was taken without a look at its size.
TEST_CASE("keys of the catalog without a byte are damage") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    const Trees content = make_store(path);
    std::string bytes = read_file(path);
    kv::MetaHeader meta;
    std::memcpy(&meta, bytes.data(), sizeof meta);
    char* page = bytes.data() + meta.catalog.root * meta.page_size;
    kv::NodeHeader node;
    std::memcpy(&node, page, sizeof node);
    REQUIRE(node.kind == kv::PageKind::leaf);
    REQUIRE(node.prefix_size == 0);
    REQUIRE((node.flags & kv::kHasHints) == 0);
    for (std::size_t i = 0; i < node.count; ++i) {
        std::uint16_t slot = 0;
        std::memcpy(&slot, page + sizeof node + node.count * kv::kHeadSize + i * kv::kSlotSize, sizeof slot);
        kv::LeafEntryHeader entry;
        std::memcpy(&entry, page + slot, sizeof entry);
        entry.key_size_and_kind &= static_cast<std::uint16_t>(~kv::kSizeMask);
        std::memcpy(page + slot, &entry, sizeof entry);
    }
    node.checksum = base::Checksum{meta.seed}(page + 8, meta.page_size - 8);
    std::memcpy(page, &node, sizeof node);
    write_file(path, bytes);
    const Outcome outcome = use_damaged(path, content);
    CHECK(outcome.opened);
    CHECK(outcome.found);
    CHECK_FALSE(outcome.right);
}
