// A damaged data file: opening, reading, checking and writing it give the right answer or an Error that says what
// is wrong. The input names a store, how it is opened, and edits of its pages (store_image.hpp).
//
// What must hold beyond that: with the checksums left wrong and verified on read, whatever can be read is right;
// what check() calls sound can be read and written, and is sound afterwards; check() never throws.
#include <algorithm>
#include <filesystem>
#include <optional>

#include <stdlib.h>
#include <unistd.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/maintenance.hpp"
#include "damage_errors.hpp"
#include "file_bytes.hpp"
#include "store_content.hpp"
#include "store_image.hpp"
#include "target.hpp"

namespace cambium::fuzz {

namespace {

using kv::Environment;
using test::Trees;

/// In the folder that the environment names, or in memory where the machine has such a file system; removed at the
/// end of a run that found nothing.
class Directory {
public:
    Directory() {
        const char* given = std::getenv("CAMBIUM_FUZZ_FOLDER");
        std::string pattern = given != nullptr ? given : ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        pattern += "/cambium-fuzz-XXXXXX";
        require(::mkdtemp(pattern.data()) != nullptr, "cannot make a directory");
        path_ = pattern;
    }
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    [[nodiscard]] std::string store() const { return path_ + "/store"; }

private:
    std::string path_;
};

struct Base {
    StoreImage image;
    std::vector<Trees> states;  ///< what may be found when nothing is forged
};

/// Tiny stores with something of everything.
void change(Environment& environment, std::uint64_t round) {
    const auto value = [&](std::uint64_t size) { return std::string(size, static_cast<char>('a' + round)); };
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree records = txn.create_tree("records", {.counts = true});
    for (std::uint64_t i = round; i < 90; i += 1 + round)
        txn.put(records, "key " + std::to_string(i) + value(40), value(i));
    const kv::Tree whole = txn.create_tree("whole keys", {.contiguous_keys = true});
    const kv::Tree reversed = txn.create_tree("reversed", {.key_order = kv::KeyOrder::reversed});
    for (std::uint64_t i = 0; i < 30; ++i) {
        txn.put(whole, "key " + std::to_string(i * 7 % 31) + value(60), value(100));
        txn.put(reversed, std::to_string(i * 7 % 31), value(5));
    }
    const kv::Tree pairs = txn.create_tree("pairs", {.counts = true, .duplicates = true});
    const kv::Tree fixed = txn.create_tree("fixed", {.duplicates = true, .fixed_value_size = 4});
    for (std::uint64_t i = 0; i < 80; ++i) {
        txn.put(pairs, "many", std::to_string(i * 7 % 81) + value(20));
        txn.put(pairs, std::to_string(i % 5), value(1 + i % 3));
        txn.put(fixed, i % 3 == 0 ? "few" : "many", std::to_string(1000 + i));
    }
    const kv::Tree large = txn.create_tree("large");
    txn.put(large, "one page", value(3000 + round));
    txn.put(large, "pages", value(9000));
    if (round == 2) txn.put(large, "chunks", value(70000));
    (void)txn.create_tree("empty");
    txn.commit();
}

/// A closed store, and one that lost power behind its last commit.
std::vector<Base> make_bases(const Directory& directory) {
    std::vector<Base> bases;
    std::vector<Trees> states;
    std::string unclean;
    {
        Environment environment = Environment::open(directory.store());
        for (std::uint64_t round = 0; round < 4; ++round) {
            change(environment, round);
            states.push_back(test::content_of(environment));
        }
        unclean = test::read_file(directory.store());
    }
    bases.push_back({StoreImage{test::read_file(directory.store())}, {states.back()}});
    bases.push_back({StoreImage{std::move(unclean)}, {states[2], states[3]}});
    for (Base& base : bases) base.image.set_identity(1234567);
    return bases;
}

struct Bench {
    Directory directory;
    std::vector<Base> bases = make_bases(directory);
    Bench() {
        for (const Base& base : bases) {
            put(base.image.bytes());
            Environment environment = Environment::open(directory.store());
            require(test::content_of(environment) == base.states.back(), "a base is not what it was made as");
            require(kv::check(environment).ok(), "a base is not sound");
        }
    }
    void put(const std::string& bytes) const {
        std::filesystem::remove(directory.store() + "-lock");
        test::write_file(directory.store(), bytes);
    }
};

/// Runs a call; false when it ended with an error that damage explains.
template <class Call, class Explained>
bool attempt(Call&& call, Explained&& explained) {
    try {
        call();
        return true;
    } catch (const Error& error) {
        if (!explained(error.code())) std::fprintf(stderr, "%s\n", error.what());
        require(explained(error.code()), "damage is called something else");
        return false;
    }
}

/// Any page of the catalog may be forged.
bool explains_use(ErrorCode code) {
    return test::explains_failure(code, true);
}

void look_up(Environment& environment, const Trees& content) {
    const kv::ReadTransaction reader = environment.begin_read();
    for (const auto& [name, entries] : content)
        (void)attempt(
            [&, &name = name, &entries = entries] {
                const std::optional<kv::Tree> tree = reader.find_tree(name);
                if (!tree.has_value()) return;
                (void)kv::usage(reader, *tree);
                for (const auto& [key, value] : entries) {
                    (void)reader.get(*tree, key);
                    kv::Cursor cursor = reader.cursor(*tree);
                    if (cursor.seek(key) && cursor.next()) (void)cursor.previous();
                }
            },
            explains_use);
}

bool write(Environment& environment) {
    return attempt(
        [&] {
            kv::WriteTransaction txn = environment.begin_write();
            std::vector<std::string> names;
            txn.each_tree([&](ByteView name, kv::Tree) { names.emplace_back(name); });
            for (const std::string& name : names) {
                const kv::Tree tree = txn.tree(name);
                kv::Cursor cursor = txn.cursor(tree);
                if (!cursor.first()) continue;
                const std::string first{cursor.key()};
                std::string value{cursor.value()};
                (void)txn.erase(tree, first);
                if (!first.empty())
                    txn.put(tree, first, value);  // a made-up file may have an empty key; put() refuses it
                if (cursor.last()) (void)txn.erase(tree, std::string{cursor.key()});
            }
            if (std::find(names.begin(), names.end(), "large") != names.end()) (void)txn.drop_tree("large");
            txn.commit();
        },
        explains_use);
}

void use(Environment& environment, const Base& base, bool only_right, bool read_only) {
    std::optional<Trees> found;
    const bool read = attempt([&] { found = test::content_of(environment); }, explains_use);
    if (read && only_right)
        require(std::find(base.states.begin(), base.states.end(), *found) != base.states.end(),
                "a wrong answer, with checksums verified");
    look_up(environment, base.states.back());
    const bool sound = kv::check(environment).ok();
    require(!sound || read, "check() calls sound what cannot be read");
    if (read_only) return;
    const bool written = write(environment);
    require(!sound || written, "check() calls sound what cannot be written");
    if (sound) require(kv::check(environment).ok(), "a sound store is damaged by writing");
}

}  // namespace

void run(std::string_view bytes) {
    static const Bench bench;
    Input input{bytes};
    const std::uint64_t flags = input.number(1);
    const Base& base = bench.bases[flags & 1U];
    const bool sealed = (flags & 2U) != 0;
    kv::Options options;
    options.create = false;  // an empty file would become a store
    options.verify_on_read = (flags & 4U) != 0;
    options.read_only = (flags & 24U) == 24U;
    bench.put(StoreImage::edit_all(base.image, input, !sealed, sealed));
    (void)attempt(
        [&] {
            Environment environment = Environment::open(bench.directory.store(), options);
            use(environment, base, options.verify_on_read && !sealed, options.read_only);
            environment.close();
        },
        test::explains_refusal);
}

// One of each edit, and some of a tree record, a header and a commit record.
std::vector<std::string> seeds() {
    std::vector<std::string> made;
    for (const int flags : {0, 1, 2, 3, 4, 5, 6, 7, 30}) {
        const auto add = [&](std::initializer_list<int> numbers) {
            made.emplace_back(1, static_cast<char>(flags));
            for (const int number : numbers) made.back().push_back(static_cast<char>(number));
        };
        add({});
        for (int operation = 0; operation < 8; ++operation)
            add({operation, 2 + 5 * operation + flags, 32 + operation, 0, 4, 1, 2, 3, 4, 5, 6});
        add({1, 0, 64, 0, 9, 0, 0, 0, 0, 0, 0, 0, 2, 1, 104, 0, 1});
    }
    return made;
}

std::vector<std::string_view> words() {
    using namespace std::string_view_literals;
    return {"\1\0\x28\0\0\0\0\0\0\0\0\0"sv,
            "\2\2\x20\0\1"sv,
            "\2\3\x1c\0\1"sv,
            "\2\4\x1e\0\xff"sv,
            "\4\5\0\0\6"sv,
            "\5\7\0\0\x08"sv,
            "\7\0\0\0\1\4"sv,
            "\xff\xff\xff\xff\xff\xff\xff\x7f"sv,
            "\0\0\0\0\0\0\0\x80"sv,
            "\xff\x0f"sv,
            "\x18\0"sv,
            "\x19\0"sv,
            "\x1a\0"sv,
            "\x1e\0"sv,
            "\x20\0"sv,
            "\x22\0"sv,
            "\x28\0"sv};
}

}  // namespace cambium::fuzz
