// Misuse of what a store and its transactions hand out: durable readers, tickets, prepared transactions, readers
// and writers of values, calls for several values per key, closed and read-only environments.
#include <sstream>
#include <thread>

#include "cambium/kv/backup.hpp"
#include "cambium/kv/copy.hpp"
#include "cambium/kv/dump.hpp"
#include "misuse.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Cursor;
using kv::Environment;
using kv::Tree;

namespace {

/// Every call of an environment, as a member or not.
std::vector<Call> calls_of(Environment& env, const std::string& path) {
    return {
        {"begin_read", [&env] { (void)env.begin_read(); }},
        {"begin_read_durable", [&env] { (void)env.begin_read_durable(); }},
        {"readers", [&env] { (void)env.readers(); }},
        {"set_old_reader_callback", [&env] { env.set_old_reader_callback(1, nullptr); }},
        {"register_comparator", [&env] { env.register_comparator("c", nullptr); }},
        {"max_key_size", [&env] { (void)env.max_key_size(); }},
        {"statistics", [&env] { (void)env.statistics(); }},
        {"recovery", [&env] { (void)env.recovery(); }},
        {"path", [&env] { (void)env.path(); }},
        {"check", [&env] { (void)kv::check(env); }},
        {"copy_to", [&env, path] { (void)kv::copy_to(env, path + "-copy"); }},
        {"backup_point", [&env] { (void)kv::backup_point(env); }},
        {"write_increment", [&env, path] { (void)kv::write_increment(env, {}, path + "-inc"); }},
    };
}

/// Those that write.
std::vector<Call> writes_of(Environment& env) {
    return {
        {"begin_write", [&env] { (void)env.begin_write(); }},
        {"try_begin_write", [&env] { (void)env.try_begin_write(); }},
        {"compact", [&env] { (void)kv::compact(env); }},
        {"load",
         [&env] {
             std::istringstream in{"VERSION=3\nHEADER=END\nDATA=END\n"};
             (void)kv::load(env, in);
         }},
    };
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "any use of a closed environment") {
    environment.close();
    Environment moved = Environment::open(directory.store());
    Environment open = std::move(moved);
    for (Environment* closed : {&environment, &moved}) {
        require_errors(ErrorCode::misuse, calls_of(*closed, directory.store()));
        require_errors(ErrorCode::misuse, writes_of(*closed));
        require_error(ErrorCode::misuse, {"sync", [&] { closed->sync(); }});
        closed->close();
    }
    environment = std::move(open);
}

TEST_CASE_FIXTURE(Fixture, "writing to an environment that was opened read-only") {
    environment.close();
    {
        Environment reader = Environment::open(directory.store(), {.read_only = true});
        require_errors(ErrorCode::read_only, writes_of(reader));
        require_error(ErrorCode::read_only, {"sync", [&] { reader.sync(); }});
        CHECK(content_of(reader) == content);
    }
    environment = Environment::open(directory.store());
}

TEST_CASE_FIXTURE(Fixture, "calls that take the write lock, on the thread that has it") {
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(tree, "a", "changed");
    require_errors(ErrorCode::misuse, writes_of(environment));
    // These take none, and see nothing of the transaction.
    environment.sync();
    CHECK(environment.begin_read_durable().get(tree, "a") == "1");
    CHECK(kv::check(environment).ok());
    CHECK(txn.get(tree, "a") == "changed");
    kv::PreparedTransaction prepared = txn.prepare();
    require_errors(ErrorCode::misuse, writes_of(environment));
    environment.sync();
    CHECK(environment.begin_read_durable().get(tree, "a") == "1");
}

TEST_CASE_FIXTURE(Fixture, "a reader of durable states, ended, reset and renewed") {
    kv::ReadTransaction reader = environment.begin_read_durable();
    Cursor cursor = reader.cursor(tree);
    CHECK(cursor.first());
    require_errors(ErrorCode::read_only,
                   {{"put", [&] { cursor.put("x"); }}, {"erase_key", [&] { cursor.erase_key(); }}});
    reader.reset();
    require_errors(ErrorCode::misuse, reads(reader, tree));
    require_errors(ErrorCode::misuse, moves(cursor));
    reader.renew();
    CHECK(reader.get(tree, "a") == "1");
    require_errors(ErrorCode::misuse, moves(cursor));
    reader.end();
    require_errors(ErrorCode::misuse, reads(reader, tree));
    require_error(ErrorCode::misuse, {"renew", [&] { reader.renew(); }});
}

TEST_CASE_FIXTURE(Fixture, "tickets: of nothing, waited for twice, of a transaction used again") {
    const kv::CommitTicket nothing = environment.begin_write().commit_async();
    CHECK(nothing.id() == 0);
    CHECK(nothing.durable());
    nothing.wait();
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(tree, "a", "1");
    const kv::CommitTicket ticket = txn.commit_async();
    require_misuse_of(txn, tree);
    {
        kv::WriteTransaction other = environment.begin_write();
        ticket.wait();  // while this thread writes, and twice
        ticket.wait();
        CHECK(ticket.durable());
        kv::WriteTransaction nested = other.begin_nested();
        require_errors(ErrorCode::misuse, {{"commit_async", [&] { (void)nested.commit_async(); }},
                                           {"prepare", [&] { (void)nested.prepare(); }}});
    }
    std::thread{[&] { ticket.wait(); }}.join();
}

TEST_CASE_FIXTURE(Fixture, "a prepared transaction committed twice, moved from, or over another") {
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(tree, "a", "1");
    kv::PreparedTransaction prepared = txn.prepare();
    kv::PreparedTransaction moved = std::move(prepared);
    require_errors(ErrorCode::misuse,
                   {{"id", [&] { (void)prepared.id(); }}, {"commit", [&] { prepared.commit(); }}});
    moved.commit();
    require_errors(ErrorCode::misuse, {{"id", [&] { (void)moved.id(); }}, {"commit", [&] { moved.commit(); }}});
    moved.abort();
    // Nothing changed: there is nothing to write, and it still is the one writer.
    kv::PreparedTransaction empty = environment.begin_write().prepare();
    require_errors(ErrorCode::misuse, writes_of(environment));
    empty = std::move(moved);
    CHECK(environment.try_begin_write().has_value());
}

TEST_CASE_FIXTURE(Fixture, "calls for several values per key where a key has one, and the other way round") {
    kv::WriteTransaction txn = environment.begin_write();
    Cursor cursor = txn.cursor(tree);
    CHECK(cursor.first());
    require_errors(ErrorCode::misuse,
                   {{"contains a pair", [&] { (void)txn.contains(tree, "a", "1"); }},
                    {"append_value", [&] { (void)txn.append_value(tree, "a", "2"); }},
                    {"put_values", [&] { (void)txn.put_values(tree, "a", "2"); }},
                    {"erase a pair", [&] { (void)txn.erase(tree, "a", "1"); }},
                    {"seek_pair", [&] { (void)cursor.seek_pair("a", "1"); }},
                    {"seek_pair_at_or_after", [&] { (void)cursor.seek_pair_at_or_after("a", "1"); }},
                    {"values", [&] { (void)cursor.values(); }},
                    {"next_values", [&] { (void)cursor.next_values(); }},
                    {"previous_values", [&] { (void)cursor.previous_values(); }}});
    CHECK(cursor.key() == "a");

    const Tree pairs = txn.create_tree("pairs", {.duplicates = true});
    txn.put(pairs, "k", "1");
    Cursor on_pair = txn.cursor(pairs);
    CHECK(on_pair.first());
    require_errors(ErrorCode::misuse, {{"reserve", [&] { (void)txn.reserve(pairs, "k", 8); }},
                                       {"value_writer", [&] { (void)txn.value_writer(pairs, "k", 8); }},
                                       {"value_reader", [&] { (void)txn.value_reader(pairs, "k"); }},
                                       {"values of any size", [&] { (void)on_pair.values(); }},
                                       {"next_values of any size", [&] { (void)on_pair.next_values(); }}});
    require_errors(ErrorCode::invalid_argument,
                   {{"put_values of any size", [&] { (void)txn.put_values(pairs, "k", "2"); }},
                    {"put of no value", [&] { (void)txn.put(pairs, "k", ""); }},
                    {"append_value of no value", [&] { (void)txn.append_value(pairs, "k", ""); }},
                    {"cursor put of no value", [&] { on_pair.put(""); }}});
    const std::string too_long(environment.max_key_size() + 1, 'v');
    require_errors(ErrorCode::value_too_long,
                   {{"put", [&] { (void)txn.put(pairs, "k", too_long); }},
                    {"append_value", [&] { (void)txn.append_value(pairs, "k", too_long); }},
                    {"cursor put", [&] { on_pair.put(too_long); }}});
    CHECK(txn.count_values(pairs, "k") == 1);
    CHECK(on_pair.value() == "1");
    on_pair.erase();
    require_errors(ErrorCode::misuse, {{"erase", [&] { on_pair.erase(); }},
                                       {"erase_key", [&] { on_pair.erase_key(); }},
                                       {"put", [&] { on_pair.put("2"); }},
                                       {"value", [&] { (void)on_pair.value(); }}});
    CHECK(txn.drop_tree("pairs"));
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "readers of values") {
    std::byte byte{};
    kv::ReadTransaction reader = environment.begin_read();
    for (const char* key : {"a", "b"}) {
        std::optional<kv::ValueReader> value = reader.value_reader(tree, key);
        REQUIRE(value.has_value());
        require_error(ErrorCode::invalid_argument, {"seek", [&] { value->seek(value->size() + 1); }});
        value->seek(value->size());
        CHECK(value->next().empty());
        CHECK(value->read({&byte, 1}) == 0);
        reader.renew();
        const auto all = [&value, &byte] {
            return std::vector<Call>{{"seek", [&] { value->seek(0); }},
                                     {"next", [&] { (void)value->next(); }},
                                     {"read", [&] {
                                          (void)value->read({&byte, 1});
                                      }}};
        };
        require_errors(ErrorCode::misuse, all());
        value = reader.value_reader(tree, key);
        reader.reset();
        require_errors(ErrorCode::misuse, all());
        reader.renew();
        kv::WriteTransaction txn = environment.begin_write();
        value = txn.value_reader(tree, key);
        std::thread{[&] { require_errors(ErrorCode::misuse, all()); }}.join();
        CHECK_FALSE(value->next().empty());
        txn.abort();
        require_errors(ErrorCode::misuse, all());
    }
    CHECK_FALSE(reader.value_reader(tree, "absent").has_value());
}

TEST_CASE_FIXTURE(Fixture, "writers of values") {
    kv::WriteTransaction txn = environment.begin_write();
    kv::ValueWriter writer = txn.value_writer(tree, "long", 100000);
    writer.append(std::string(99999, 'v'));
    require_error(ErrorCode::misuse, {"finish too early", [&] { writer.finish(); }});
    require_error(ErrorCode::invalid_argument, {"append too much", [&] { writer.append("12"); }});
    CHECK(writer.written() == 99999);
    const Call append{"append", [&] { writer.append("1"); }};
    const Call finish{"finish", [&] { writer.finish(); }};
    {
        kv::WriteTransaction nested = txn.begin_nested();
        require_errors(ErrorCode::misuse, {append, finish});
        kv::ValueWriter of_nested = nested.value_writer(tree, "nested", 2);
        nested.commit();
        require_errors(ErrorCode::misuse, {{"append after the nested one", [&] { of_nested.append("1"); }},
                                           {"finish after the nested one", [&] { of_nested.finish(); }}});
    }
    writer.append("1");
    std::thread{[&] { require_errors(ErrorCode::misuse, {append, finish}); }}.join();
    {
        const kv::WriteTransaction nested = txn.begin_nested();
        require_error(ErrorCode::misuse, finish);
    }
    writer.finish();
    CHECK(txn.get(tree, "long")->size() == 100000);

    writer = txn.value_writer(tree, "long", 10);
    (void)txn.put(tree, "long", "eleven byte");
    require_error(ErrorCode::misuse, append);
    writer = txn.value_writer(tree, "long", 10);
    (void)txn.erase(tree, "long");
    require_error(ErrorCode::misuse, append);
    CHECK_FALSE(txn.contains(tree, "long"));
    const Tree dropped = txn.create_tree("dropped");
    writer = txn.value_writer(dropped, "k", 10);
    (void)txn.drop_tree("dropped");
    require_error(ErrorCode::misuse, append);
    writer = txn.value_writer(tree, "long", 10);
    txn.abort();
    require_errors(ErrorCode::misuse, {append, finish});
    txn = environment.begin_write();
    require_errors(ErrorCode::misuse, {append, finish});
    CHECK(txn.reserve(tree, "empty", 0).empty());
    CHECK(txn.get(tree, "empty") == "");
}

TEST_CASE_FIXTURE(Fixture, "opening twice in one process") {
    environment.close();
    {
        const kv::Options exclusive{.exclusive = true};
        Environment first = Environment::open(directory.store(), exclusive);
        Environment second = Environment::open(directory.store(), exclusive);  // another handle of the first
        CHECK(content_of(second) == content);
        require_errors(ErrorCode::invalid_argument,
                       {{"not exclusively", [&] { (void)Environment::open(directory.store()); }},
                        {"read-only", [&] {
                             (void)Environment::open(directory.store(), {.read_only = true, .exclusive = true});
                         }}});
        first.close();
        CHECK(content_of(second) == content);
    }
    environment = Environment::open(directory.store());
}
