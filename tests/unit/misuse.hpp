// Every call of the engine, to be made where it must not be, and a store that this must not change.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "memory_directory.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

namespace cambium::test {

struct Call {
    const char* name;
    std::function<void()> run;
};

inline void require_error(ErrorCode code, const Call& call) {
    INFO(std::string{call.name});
    try {
        call.run();
    } catch (const Error& error) {
        INFO(std::string{error.what()});
        CHECK(to_string(error.code()) == to_string(code));
        CHECK(std::string{error.what()}.size() > 20);
        return;
    }
    FAIL_CHECK("no error");
}

inline void require_errors(ErrorCode code, const std::vector<Call>& calls) {
    for (const Call& call : calls) require_error(code, call);
}

/// Every call that reads.
inline std::vector<Call> reads(const kv::Transaction& txn, kv::Tree tree) {
    static const ByteView keys[1] = {"a"};
    static std::optional<ByteView> values[1];
    return {
        {"id", [&txn] { (void)txn.id(); }},
        {"find_tree", [&txn] { (void)txn.find_tree("tree"); }},
        {"tree", [&txn] { (void)txn.tree("tree"); }},
        {"each_tree", [&txn] { txn.each_tree([](ByteView, kv::Tree) {}); }},
        {"get", [&txn, tree] { (void)txn.get(tree, "a"); }},
        {"contains", [&txn, tree] { (void)txn.contains(tree, "a"); }},
        {"cursor", [&txn, tree] { (void)txn.cursor(tree); }},
        {"contains a pair", [&txn, tree] { (void)txn.contains(tree, "a", "1"); }},
        {"count_values", [&txn, tree] { (void)txn.count_values(tree, "a"); }},
        {"statistics", [&txn, tree] { (void)txn.statistics(tree); }},
        {"options", [&txn, tree] { (void)txn.options(tree); }},
        {"multi_get", [&txn, tree] { txn.multi_get(tree, keys, values); }},
        {"value_reader", [&txn, tree] { (void)txn.value_reader(tree, "a"); }},
        {"count_range", [&txn, tree] { (void)txn.count_range(tree, "a", "b"); }},
        {"rank", [&txn, tree] { (void)txn.rank(tree, "a"); }},
        {"select", [&txn, tree] { (void)txn.select(tree, 0); }},
        {"estimate_range", [&txn, tree] { (void)txn.estimate_range(tree, "a", "b"); }},
        {"sample_keys", [&txn, tree] { (void)txn.sample_keys(tree, 3); }},
        {"pages_visited", [&txn] { (void)txn.pages_visited(); }},
    };
}

/// Every call that writes the tree.
inline std::vector<Call> writes_to(kv::WriteTransaction& txn, kv::Tree tree, const std::string& key) {
    return {
        {"put", [&txn, tree, key] { txn.put(tree, key, "x"); }},
        {"insert", [&txn, tree, key] { (void)txn.insert(tree, key, "x"); }},
        {"get_or_insert", [&txn, tree, key] { (void)txn.get_or_insert(tree, key, "x"); }},
        {"append", [&txn, tree, key] { txn.append(tree, key, "x"); }},
        {"put_many",
         [&txn, tree, key] {
             const std::pair<ByteView, ByteView> entries[] = {{"fine", "x"}, {key, "x"}};
             txn.put_many(tree, entries);
         }},
        {"reserve", [&txn, tree, key] { (void)txn.reserve(tree, key, 8); }},
        {"value_writer", [&txn, tree, key] { (void)txn.value_writer(tree, key, 8); }},
    };
}

/// Every other call of a write transaction.
inline std::vector<Call> changes(kv::WriteTransaction& txn, kv::Tree tree) {
    return {
        {"create_tree", [&txn] { (void)txn.create_tree("new"); }},
        {"create_tree that is there", [&txn] { (void)txn.create_tree("tree"); }},
        {"drop_tree", [&txn] { (void)txn.drop_tree("tree"); }},
        {"clear", [&txn, tree] { txn.clear(tree); }},
        {"rename_tree", [&txn] { txn.rename_tree("tree", "other name"); }},
        {"erase", [&txn, tree] { (void)txn.erase(tree, "a"); }},
        {"erase_range", [&txn, tree] { (void)txn.erase_range(tree, "a", "z"); }},
        {"pop_first", [&txn, tree] { (void)txn.pop_first(tree); }},
        {"pop_last", [&txn, tree] { (void)txn.pop_last(tree); }},
        {"append_value", [&txn, tree] { (void)txn.append_value(tree, "a", "x"); }},
        {"put_values", [&txn, tree] { (void)txn.put_values(tree, "a", "x"); }},
        {"erase a pair", [&txn, tree] { (void)txn.erase(tree, "a", "1"); }},
        {"memory", [&txn] { (void)txn.memory(); }},
        {"begin_nested", [&txn] { (void)txn.begin_nested(); }},
        {"commit", [&txn] { txn.commit(); }},
        {"commit deferred", [&txn] { txn.commit(kv::Durability::deferred); }},
        {"commit_async", [&txn] { (void)txn.commit_async(); }},
        {"prepare", [&txn] { (void)txn.prepare(); }},
    };
}

/// Every call of a cursor.
inline std::vector<Call> moves(kv::Cursor& cursor) {
    return {
        {"first", [&cursor] { (void)cursor.first(); }},
        {"last", [&cursor] { (void)cursor.last(); }},
        {"seek", [&cursor] { (void)cursor.seek("a"); }},
        {"seek_exact", [&cursor] { (void)cursor.seek_exact("a"); }},
        {"seek_before", [&cursor] { (void)cursor.seek_before("a"); }},
        {"next", [&cursor] { (void)cursor.next(); }},
        {"previous", [&cursor] { (void)cursor.previous(); }},
        {"valid", [&cursor] { (void)cursor.valid(); }},
        {"key", [&cursor] { (void)cursor.key(); }},
        {"value", [&cursor] { (void)cursor.value(); }},
        {"cursor put", [&cursor] { cursor.put("x"); }},
        {"cursor erase", [&cursor] { cursor.erase(); }},
        {"cursor erase_key", [&cursor] { cursor.erase_key(); }},
        {"next_key", [&cursor] { (void)cursor.next_key(); }},
        {"previous_key", [&cursor] { (void)cursor.previous_key(); }},
        {"next_value", [&cursor] { (void)cursor.next_value(); }},
        {"previous_value", [&cursor] { (void)cursor.previous_value(); }},
        {"first_value", [&cursor] { (void)cursor.first_value(); }},
        {"last_value", [&cursor] { (void)cursor.last_value(); }},
        {"cursor count_values", [&cursor] { (void)cursor.count_values(); }},
        {"seek_pair", [&cursor] { (void)cursor.seek_pair("a", "1"); }},
        {"seek_pair_at_or_after", [&cursor] { (void)cursor.seek_pair_at_or_after("a", "1"); }},
        {"values", [&cursor] { (void)cursor.values(); }},
        {"next_values", [&cursor] { (void)cursor.next_values(); }},
        {"previous_values", [&cursor] { (void)cursor.previous_values(); }},
    };
}

inline void require_misuse_of(kv::WriteTransaction& txn, kv::Tree tree) {
    require_errors(ErrorCode::misuse, reads(txn, tree));
    require_errors(ErrorCode::misuse, writes_to(txn, tree, "a"));
    require_errors(ErrorCode::misuse, changes(txn, tree));
}

/// A store with one tree of two entries; nothing that a test does wrong may change it.
struct Fixture {
    Fixture() : environment(kv::Environment::open(directory.store())) {
        kv::WriteTransaction txn = environment.begin_write();
        tree = txn.create_tree("tree");
        txn.put(tree, "a", "1");
        txn.put(tree, "b", std::string(10000, '2'));
        txn.commit();
        content = content_of(environment);
    }
    ~Fixture() {
        if (std::uncaught_exceptions() > 0) return;
        CHECK(content_of(environment) == content);
        (void)require_sound(environment);
        kv::WriteTransaction txn = environment.begin_write();  // nothing holds the write lock
        txn.put(tree, "c", "3");
        txn.commit();
        CHECK(content_of(environment).at("tree").size() == 3);
        (void)require_sound(environment);
    }
    MemoryDirectory directory;
    kv::Environment environment;
    kv::Tree tree;
    Trees content;
};

}  // namespace cambium::test
