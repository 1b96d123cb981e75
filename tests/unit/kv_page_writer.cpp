// Pages on their way into the file: copied or written by calls, into old and new parts of it, across flushes.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <random>

#include "kv/environment_state.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

namespace {

std::string key_of(std::uint64_t number) {
    std::string key(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) key[i] = static_cast<char>(number >> (56 - 8 * i));
    return key;
}

using Model = std::map<std::uint64_t, std::uint64_t>;  ///< record -> version

std::string value_of(std::uint64_t number, std::uint64_t version) {
    std::string value = std::to_string(number) + " " + std::to_string(version) + " ";
    value.resize(200, static_cast<char>('a' + version % 26));
    return value;
}

void require_content(Environment& env, const Model& model) {
    const ReadTransaction txn = env.begin_read();
    const Tree tree = txn.tree("t");
    for (const auto& [number, version] : model)
        if (*txn.get(tree, key_of(number)) != value_of(number, version)) FAIL("record " << number);
}

}  // namespace

TEST_CASE("a growing store holds what was put, whatever commits and flushes alternate") {
    std::mt19937_64 random{test::seed()};
    const test::TemporaryDirectory directory;
    Model model;
    std::uint64_t version = 0;
    for (int opening = 0; opening < 3; ++opening) {
        Environment env = Environment::open(directory.file("store"), {.deferred_bytes = 0});
        CAPTURE(opening);
        for (int round = 0; round < 60; ++round) {
            WriteTransaction txn = env.begin_write();
            const Tree tree = txn.create_tree("t");
            const bool grows = round % 3 != 2;
            ++version;
            const std::uint64_t first = model.size();
            for (std::uint64_t i = 0; i < (grows ? 2500 : 300); ++i) {
                const std::uint64_t number = grows ? first + i : random() % first;
                txn.put(tree, key_of(number), value_of(number, version));
                model[number] = version;
            }
            txn.commit(random() % 8 == 0 ? Durability::durable : Durability::deferred);
            if (random() % 16 == 0) env.sync();
        }
        CHECK(env.statistics().file_size_bytes > std::uint64_t{16} << 20);
        require_content(env, model);
        test::require_sound(env);
        env.close();
    }
    Environment env = Environment::open(directory.file("store"));
    require_content(env, model);
    test::require_sound(env);
}

TEST_CASE("pages built in place: what is taken back leaves nothing, what stays is whole") {
    std::mt19937_64 random{test::seed()};
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("store");
    Model model;
    std::uint64_t version = 0;
    std::uint64_t in_place = 0;
    const auto change = [&](WriteTransaction& txn, Model& to) {
        const Tree tree = txn.create_tree("t");
        ++version;
        for (int i = 0; i < 200; ++i) {
            const std::uint64_t number = random() % 20'000;
            if (random() % 8 == 0) {
                (void)txn.erase(tree, key_of(number));
                to.erase(number);
            } else {
                txn.put(tree, key_of(number), value_of(number, version));
                to[number] = version;
            }
        }
    };
    for (int opening = 0; opening < 3; ++opening) {
        Environment env = Environment::open(path, {.deferred_bytes = 0});
        for (int round = 0; round < 80; ++round) {
            WriteTransaction txn = env.begin_write();
            Model changed = model;
            change(txn, changed);
            for (std::uint64_t levels = random() % 3; levels > 0; --levels) {
                Model inner = changed;
                WriteTransaction nested = txn.begin_nested();
                change(nested, inner);
                if (random() % 2 == 0) {
                    nested.commit();
                    changed = std::move(inner);
                } else {
                    nested.abort();
                }
            }
            in_place += EnvironmentAccess::state(env).in_place.taken();
            if (random() % 5 == 0) {
                txn.abort();
            } else {
                txn.commit(random() % 10 == 0 ? Durability::durable : Durability::deferred);
                model = std::move(changed);
            }
            if (round % 10 == 9) {
                require_content(env, model);
                test::require_sound(env);
            }
        }
        env.close();
    }
    CHECK(in_place > 1000);
    Environment env = Environment::open(path);
    const ReadTransaction txn = env.begin_read();
    CHECK(txn.statistics(txn.tree("t")).entries == model.size());
    require_content(env, model);
    test::require_sound(env);
}

TEST_CASE("what is closed in good order keeps little of the room in which it would have grown") {
    const test::TemporaryDirectory directory;
    const std::string path = directory.file("store");
    Model model;
    for (int opening = 0; opening < 3; ++opening) {
        Environment env = Environment::open(path);
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t");
        for (std::uint64_t i = 0; i < 60'000; ++i) {
            const std::uint64_t number = model.size();
            txn.put(tree, key_of(number), value_of(number, 1));
            model[number] = 1;
        }
        txn.commit();
        const std::uint64_t used = env.statistics().page_count * 4096;
        env.close();
        const std::uint64_t size = std::filesystem::file_size(path);
        CHECK(size >= used);
        CHECK(size <= used + used / 16 + (1 << 20));
    }
    Environment env = Environment::open(path);
    require_content(env, model);
    test::require_sound(env);
}
