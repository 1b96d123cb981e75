// Text dump and load: the format to the letter, round trips of random stores, and every kind of malformed input.
#include <cstring>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/dump.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::DumpEncoding;
using kv::Environment;

namespace {

struct Fixture {
    Fixture() : environment(Environment::open(directory.store())) {}
    ~Fixture() {
        if (std::uncaught_exceptions() == 0) (void)require_sound(environment);
    }

    void put(const Trees& trees) {
        kv::WriteTransaction txn = environment.begin_write();
        for (const auto& [name, entries] : trees) {
            const kv::Tree tree = txn.create_tree(name);
            for (const auto& [key, value] : entries) txn.put(tree, key, value);
        }
        txn.commit();
    }
    std::string dumped(DumpEncoding encoding) {
        std::ostringstream out;
        kv::dump(environment.begin_read(), out, {.encoding = encoding});
        return out.str();
    }
    kv::LoadReport load(const std::string& text, const kv::LoadOptions& options = {}) {
        std::istringstream in{text};
        return kv::load(environment, in, options);
    }
    /// Requires that the text is refused with this code, in a sentence about this line, and leaves no trace.
    void require_refused(const std::string& text, ErrorCode code, std::uint64_t line) {
        CAPTURE(text);
        const Trees before = content_of(environment);
        try {
            (void)load(text);
            FAIL_CHECK("it was loaded");
        } catch (const Error& error) {
            const std::string sentence = error.what();
            CAPTURE(sentence);
            CHECK(to_string(error.code()) == to_string(code));
            CHECK(sentence.starts_with("line " + std::to_string(line) + ": "));
        }
        CHECK(content_of(environment) == before);
    }

    MemoryDirectory directory;
    Environment environment;
};

const std::string kEveryByte = [] {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
    return bytes;
}();

constexpr const char* kHeader = "VERSION=3\nformat=print\ndatabase=t\ntype=btree\nHEADER=END\n";

Trees random_trees(std::mt19937_64& random) {
    const auto below = [&](std::size_t n) { return random() % n; };
    const auto bytes = [&](std::size_t size, bool printable) {
        std::string out(size, '\0');
        for (char& c : out) c = static_cast<char>(printable ? ' ' + below(95) : below(256));
        return out;
    };
    Trees trees;
    for (std::size_t t = 0; t < 1 + below(4); ++t) {
        auto& tree = trees["tree " + std::to_string(t)];
        for (std::size_t i = below(400); i > 0; --i)
            tree[bytes(1 + below(40), below(2) == 0)] =
                bytes(below(30) == 0 ? below(20000) : below(60), below(2) == 0);
    }
    return trees;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a dump is the documented text") {
    put({{"fruit", {{"apple", "red\n"}, {"back\\slash", ""}}}, {"void", {}}});
    const std::string tail = "type=btree\nmapsize=16777216\nmaxreaders=126\ndb_pagesize=4096\nHEADER=END\n";
    const std::string empty = "database=void\n" + tail + "DATA=END\n";
    CHECK(dumped(DumpEncoding::bytevalue) == "VERSION=3\nformat=bytevalue\ndatabase=fruit\n" + tail +
                                                 " 6170706c65\n 7265640a\n 6261636b5c736c617368\n \nDATA=END\n" +
                                                 "VERSION=3\nformat=bytevalue\n" + empty);
    CHECK(dumped(DumpEncoding::print) == "VERSION=3\nformat=print\ndatabase=fruit\n" + tail +
                                             " apple\n red\\0a\n back\\5cslash\n \nDATA=END\n" +
                                             "VERSION=3\nformat=print\n" + empty);
    std::ostringstream one;
    kv::dump_tree(environment.begin_read(), "void", one, {.encoding = DumpEncoding::print, .named = false});
    CHECK(one.str() == "VERSION=3\nformat=print\n" + tail + "DATA=END\n");
    CHECK_THROWS_AS(kv::dump_tree(environment.begin_read(), "absent", one), Error);
}

TEST_CASE("random stores survive dump and load, in both encodings") {
    std::mt19937_64 random{seed()};
    for (int round = 0; round < 20; ++round) {
        Fixture source;
        source.put(random_trees(random));
        source.put({{"every byte", {{kEveryByte, kEveryByte}}}});
        const Trees content = content_of(source.environment);
        for (const DumpEncoding encoding : {DumpEncoding::bytevalue, DumpEncoding::print}) {
            const std::string text = source.dumped(encoding);
            for (const std::uint64_t batch : {0U, 7U}) {
                Fixture target;
                const kv::LoadReport report = target.load(text, {.entries_per_commit = batch});
                REQUIRE(content_of(target.environment) == content);
                CHECK(report.blocks == content.size());
                CHECK(target.dumped(encoding) == text);
            }
        }
    }
}

TEST_CASE_FIXTURE(Fixture, "blocks as other programs write them") {
    std::vector<std::string> warnings;
    kv::LoadOptions options;
    options.unnamed_tree = "unnamed";
    options.warning = [&](std::uint64_t line, ByteView sentence) {
        warnings.push_back(std::to_string(line) + ": " + std::string{sentence});
    };
    const kv::LoadReport report = load(
        "VERSION=3\nformat=bytevalue\ntype=btree\nmapsize=1048576\nmapaddr=0x7f0000000000\nmaxreaders=126\n"
        "duplicates=0\ndb_pagesize=4096\nHEADER=END\n 6B\n 0aFF\nDATA=END\n"
        "VERSION=2\nh_nelem=3\ndatabase=b=c\nHEADER=END\n 01\n \nDATA=END\n"
        "VERSION=3\nformat=print\ndatabase=b=c\nHEADER=END\n a\\\\b\\5C\\00\n \xc3\xa9\\ff\nDATA=END",
        options);
    CHECK(report.blocks == 3);
    CHECK(report.entries == 3);
    CHECK(report.lines == 26);
    CHECK(content_of(environment) == Trees{{"unnamed", {{"k", "\n\xff"}}},
                                           {"b=c", {{"\1", ""}, {std::string{"a\\b\\\0", 5}, "\xc3\xa9\xff"}}}});
    CHECK(warnings == std::vector<std::string>{"14: the header line \"h_nelem\" is not known and was ignored"});
    CHECK(load("").blocks == 0);
}

TEST_CASE_FIXTURE(Fixture, "existing keys are replaced, or kept when asked") {
    put({{"t", {{"a", "old"}}}});
    const std::string text = std::string{kHeader} + " a\n new\n b\n new\nDATA=END\n";
    CHECK(load(text, {.keep_existing = true}).entries == 2);
    CHECK(content_of(environment) == Trees{{"t", {{"a", "old"}, {"b", "new"}}}});
    (void)load(text);
    CHECK(content_of(environment) == Trees{{"t", {{"a", "new"}, {"b", "new"}}}});
}

TEST_CASE_FIXTURE(Fixture, "malformed input is refused with its line and stores nothing") {
    put({{"t", {{"a", "old"}}}});
    const std::string head = kHeader;
    const auto decode = ErrorCode::decode;
    require_refused("hello\n", decode, 1);
    require_refused("\n", decode, 1);
    require_refused("VERSION=3\nhello\n", decode, 2);
    require_refused("VERSION=4\nHEADER=END\nDATA=END\n", ErrorCode::format_version, 1);
    require_refused("VERSION=\nHEADER=END\nDATA=END\n", decode, 1);
    require_refused("VERSION=x\nHEADER=END\nDATA=END\n", decode, 1);
    require_refused("VERSION=99999999999999999999999\nHEADER=END\nDATA=END\n", decode, 1);
    require_refused("VERSION=3\nformat=base64\nHEADER=END\nDATA=END\n", decode, 2);
    require_refused("VERSION=3\ntype=hash\nHEADER=END\nDATA=END\n", decode, 2);
    require_refused("VERSION=3\ndupsort=yes\nHEADER=END\nDATA=END\n", decode, 2);
    require_refused("VERSION=3\nHEADER=START\nDATA=END\n", decode, 2);
    require_refused("VERSION=3\n", decode, 2);
    require_refused(head, decode, 6);
    require_refused(head + " x\n", decode, 7);
    require_refused(head + " x\n 1\n", decode, 8);
    require_refused(head + " x\nDATA=END\n", decode, 7);
    require_refused(head + " x\n 1\nDATA=EN\n", decode, 8);
    require_refused(head + "x\n 1\nDATA=END\n", decode, 6);
    require_refused(head + " x\n\nDATA=END\n", decode, 7);
    require_refused(head + " x\n 1\\\nDATA=END\n", decode, 7);
    require_refused(head + " x\n 1\\4\nDATA=END\n", decode, 7);
    require_refused(head + " x\n 1\\4g\nDATA=END\n", decode, 7);
    require_refused(head + " x\n 1\n " + std::string(2000, 'k') + "\n 1\nDATA=END\n", ErrorCode::key_too_long, 9);
    require_refused(head + " \n 1\nDATA=END\n", ErrorCode::invalid_argument, 7);
    require_refused(head + " x\n 1\nDATA=END\nrubbish\n", decode, 9);
    require_refused("VERSION=3\ndatabase=\nHEADER=END\nDATA=END\n", ErrorCode::invalid_argument, 4);
    // Line ends of another system, in the header, in text, in digits, and of the last line only.
    require_refused("VERSION=3\r\nHEADER=END\r\nDATA=END\r\n", decode, 1);
    require_refused(head + " x\r\n 1\r\nDATA=END\r\n", decode, 6);
    require_refused(head + " x\n 1\r\nDATA=END\n", decode, 7);
    require_refused(head + " x\n 1\nDATA=END\r\n", decode, 8);
    const std::string bytes = "VERSION=3\nformat=bytevalue\ndatabase=t\nHEADER=END\n";
    require_refused(bytes + " 7\n 61\nDATA=END\n", decode, 5);
    require_refused(bytes + " 61\r\n 61\r\nDATA=END\r\n", decode, 5);
    require_refused(bytes + " 7g\n 61\nDATA=END\n", decode, 5);
    require_refused(bytes + " 61\n g1\nDATA=END\n", decode, 6);
    require_refused(bytes + " 61\n6162\nDATA=END\n", decode, 6);
}

TEST_CASE_FIXTURE(Fixture, "with batches, what was committed before the malformed line stays") {
    const std::string text = std::string{kHeader} + " a\n 1\n b\n 2\n c\n 3\nbroken\n";
    std::istringstream in{text};
    CHECK_THROWS_AS(kv::load(environment, in, {.entries_per_commit = 2}), Error);
    CHECK(content_of(environment) == Trees{{"t", {{"a", "1"}, {"b", "2"}}}});
}

TEST_CASE_FIXTURE(Fixture, "a load inside a transaction of the caller is the caller's to commit") {
    {
        kv::WriteTransaction txn = environment.begin_write();
        std::istringstream in{std::string{kHeader} + " a\n 1\nDATA=END\n"};
        CHECK(kv::load(txn, in, {.entries_per_commit = 1}).entries == 1);
        CHECK(txn.get(txn.tree("t"), "a") == "1");
    }
    CHECK(content_of(environment).empty());
}

TEST_CASE_FIXTURE(Fixture, "names that the format cannot hold, and streams that fail, are errors") {
    put({{"fine", {{"a", "1"}}}, {"two\nlines", {{"a", "1"}}}});
    std::ostringstream out;
    try {
        kv::dump(environment.begin_read(), out);
        FAIL_CHECK("it was dumped");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::encode);
    }
    CHECK(out.str().empty());
    kv::dump_tree(environment.begin_read(), "two\nlines", out, {.named = false});
    CHECK(out.str().ends_with("HEADER=END\n 61\n 31\nDATA=END\n"));
    out.setstate(std::ios::badbit);
    try {
        kv::dump_tree(environment.begin_read(), "fine", out);
        FAIL_CHECK("it was dumped");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::io);
    }
}

TEST_CASE_FIXTURE(Fixture, "trees with several values per key keep their options and their pairs") {
    {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree any = txn.create_tree("any", {.duplicates = true, .value_order = kv::KeyOrder::reversed});
        for (int i = 0; i < 3000; ++i) txn.put(any, std::to_string(i % 7), std::to_string(i));
        const kv::Tree fixed = txn.create_tree("fixed", {.duplicates = true, .fixed_value_size = 3});
        for (int i = 100; i < 900; ++i) txn.put(fixed, "k" + std::to_string(i % 5), std::to_string(i));
        (void)txn.create_tree("fixed, empty", {.duplicates = true, .fixed_value_size = 9});
        const kv::TreeOptions integers{.duplicates = true, .value_order = kv::KeyOrder::native_integers};
        const kv::Tree numbers = txn.create_tree("integers", integers);
        for (std::uint32_t i = 0; i < 500; ++i) {
            const std::uint32_t number = i * 7919 % 500;
            txn.put(numbers, "n", {reinterpret_cast<const char*>(&number), sizeof number});
        }
        txn.commit();
    }
    const std::string text = dumped(DumpEncoding::bytevalue);
    const std::string lines = "maxreaders=126\nduplicates=1\ndupsort=1\n";
    CHECK(text.find("database=any\n") < text.find(lines + "reversedup=1\ndb_pagesize=4096\n"));
    CHECK(text.find(lines + "dupfixed=1\ndb_pagesize=4096\nHEADER=END\n 6b30\n 313030\n 6b30\n 313035\n") !=
          std::string::npos);
    CHECK(text.find(lines + "dupfixed=1\nvaluesize=9\ndb_pagesize=4096\nHEADER=END\nDATA=END\n") !=
          std::string::npos);
    CHECK(text.find(lines + "dupfixed=1\nintegerdup=1\nvaluesize=0\n") != std::string::npos);
    Fixture target;
    (void)target.load(text);
    CHECK(target.dumped(DumpEncoding::bytevalue) == text);
    CHECK(content_of(target.environment) == content_of(environment));
    const kv::ReadTransaction txn = target.environment.begin_read();
    for (const char* name : {"any", "fixed", "fixed, empty", "integers"})
        CHECK(txn.options(txn.tree(name)) == environment.begin_read().options(txn.tree(name)));

    // As LMDB writes it: the first value tells the size.
    const std::string block =
        "VERSION=3\nformat=print\ndatabase=f\nduplicates=1\ndupsort=1\ndupfixed=1\nHEADER=END\n";
    (void)target.load(block + " a\n 22\n a\n 11\n a\n 22\nDATA=END\n");
    const kv::ReadTransaction loaded = target.environment.begin_read();
    CHECK(loaded.options(loaded.tree("f")).fixed_value_size == 2);
    CHECK(loaded.statistics(loaded.tree("f")).entries == 2);
    target.require_refused(block + " a\n 22\n a\n 333\nDATA=END\n", ErrorCode::invalid_argument, 11);
    target.require_refused(
        std::string{kHeader} + " a\n 1\nDATA=END\n" + "VERSION=3\ndatabase=t\ndupsort=1\nHEADER=END\nDATA=END\n",
        ErrorCode::invalid_argument, 13);
}

TEST_CASE_FIXTURE(Fixture, "several values per key in other orders: LMDB's flags, and lines of our own") {
    const auto register_all = [](kv::Environment& env) {
        for (const char* name : {"of keys", "of values"})
            env.register_comparator(name, [](ByteView a, ByteView b) { return b.compare(a); });
    };
    register_all(environment);
    using enum kv::KeyOrder;
    struct Shape {
        const char* name;
        kv::TreeOptions options;
        std::size_t key_size;
        std::size_t value_size;
        const char* lines;  ///< of the header, between maxreaders and db_pagesize
    };
    const Shape shapes[] = {
        {"a", {.key_order = reversed, .duplicates = true}, 7, 9, "duplicates=1\nreversekey=1\ndupsort=1\n"},
        {"b",
         {.key_order = native_integers, .duplicates = true, .fixed_value_size = 5},
         8,
         5,
         "duplicates=1\ndupsort=1\nintegerkey=1\ndupfixed=1\n"},
        {"c",
         {.key_order = native_integers, .duplicates = true, .value_order = native_integers, .fixed_value_size = 8},
         4,
         8,
         "duplicates=1\ndupsort=1\nintegerkey=1\ndupfixed=1\nintegerdup=1\n"},
        {"d",
         {.key_order = reversed, .duplicates = true, .value_order = reversed, .fixed_value_size = 4},
         6,
         4,
         "duplicates=1\nreversekey=1\ndupsort=1\ndupfixed=1\nreversedup=1\n"},
        {"e",
         {.counts = true, .contiguous_keys = true, .duplicates = true},
         6,
         6,
         "duplicates=1\ndupsort=1\ncounts=1\ncontiguouskeys=1\n"},
        {"f",
         {.key_order = custom,
          .duplicates = true,
          .value_order = custom,
          .comparator = "of keys",
          .value_comparator = "of values"},
         6,
         6,
         "duplicates=1\ndupsort=1\ncustomkey=1\ncustomdup=1\ncomparator=of keys\nvaluecomparator=of values\n"},
    };
    {
        kv::WriteTransaction txn = environment.begin_write();
        std::mt19937_64 random{1};
        const auto bytes = [&](std::size_t different, std::size_t size) {
            const std::uint64_t number = random() % different * 0x9e3779b97f4a7c15;
            std::string out(size, 'x');
            std::memcpy(out.data(), &number, std::min(size, sizeof number));
            return out;
        };
        for (const Shape& shape : shapes) {
            const kv::Tree tree = txn.create_tree(shape.name, shape.options);
            for (int i = 0; i < 4000; ++i) txn.put(tree, bytes(9, shape.key_size), bytes(900, shape.value_size));
        }
        txn.commit();
    }
    for (const DumpEncoding encoding : {DumpEncoding::bytevalue, DumpEncoding::print}) {
        const std::string text = dumped(encoding);
        for (const Shape& shape : shapes) {
            const std::size_t begin = text.find("database=" + std::string{shape.name} + "\n");
            const std::size_t lines = text.find("maxreaders=126\n", begin) + 15;
            CHECK(text.substr(lines, text.find("db_pagesize", lines) - lines) == shape.lines);
        }
        Fixture target;
        register_all(target.environment);
        (void)target.load(text);
        CHECK(target.dumped(encoding) == text);
        const kv::ReadTransaction txn = target.environment.begin_read();
        for (const Shape& shape : shapes) CHECK(txn.options(txn.tree(shape.name)) == shape.options);
    }
    Fixture stranger;
    stranger.require_refused(
        "VERSION=3\ndatabase=f\ndupsort=1\ncustomdup=1\nvaluecomparator=of values\nHEADER=END\n 61\n 62\n",
        ErrorCode::not_found, 8);
    stranger.require_refused("VERSION=3\ndatabase=f\ndupsort=1\ncustomdup=1\nHEADER=END\n 61\n 62\n",
                             ErrorCode::invalid_argument, 7);
}

TEST_CASE_FIXTURE(Fixture, "trees of every order of keys, with counts and contiguous keys, keep their options") {
    const auto by_size = [](ByteView x, ByteView y) {
        return x.size() != y.size() ? (x.size() < y.size() ? -1 : 1) : x.compare(y);
    };
    const std::map<std::string, std::pair<kv::TreeOptions, std::string>> kinds{
        {"contiguous", {{.contiguous_keys = true}, "contiguouskeys=1\n"}},
        {"counts", {{.counts = true}, "counts=1\n"}},
        {"function",
         {{.key_order = kv::KeyOrder::custom, .counts = true, .contiguous_keys = true, .comparator = "by size"},
          "counts=1\ncontiguouskeys=1\ncustomkey=1\ncomparator=by size\n"}},
        {"integers", {{.key_order = kv::KeyOrder::native_integers}, "integerkey=1\n"}},
        {"plain", {{}, ""}},
        {"reversed", {{.key_order = kv::KeyOrder::reversed, .counts = true}, "reversekey=1\ncounts=1\n"}},
    };
    environment.register_comparator("by size", by_size);
    {
        kv::WriteTransaction txn = environment.begin_write();
        for (const auto& [name, kind] : kinds) {
            const kv::Tree tree = txn.create_tree(name, kind.first);
            for (std::uint32_t i = 0; i < 700; ++i) {
                const std::uint32_t number = i * 7919 % 700;
                const ByteView integer{reinterpret_cast<const char*>(&number), sizeof number};
                txn.put(tree, name == "integers" ? integer : ByteView{std::to_string(number)}, name);
            }
        }
        txn.commit();
    }
    const std::string text = dumped(DumpEncoding::print);
    for (const auto& [name, kind] : kinds)
        CHECK(text.find("database=" + name + "\ntype=btree\nmapsize=16777216\nmaxreaders=126\n" + kind.second +
                        "db_pagesize=4096\n") != std::string::npos);
    CHECK(text.find(" 9\n function\n 10\n function\n") != std::string::npos);
    CHECK(text.find(" 690\n reversed\n 1\n reversed\n") != std::string::npos);

    Fixture target;
    target.environment.register_comparator("by size", by_size);
    (void)target.load(text);
    CHECK(target.dumped(DumpEncoding::print) == text);
    const kv::ReadTransaction txn = target.environment.begin_read();
    for (const auto& [name, kind] : kinds) {
        CAPTURE(name);
        CHECK(txn.options(txn.tree(name)) == kind.first);
        CHECK(txn.statistics(txn.tree(name)).entries == 700);
    }

    Fixture stranger;  // does not know the function
    const std::size_t from = text.find("database=function\n");
    const std::string header = text.substr(from, text.find("HEADER=END\n", from) - from);
    stranger.require_refused("VERSION=3\nformat=print\n" + header + "HEADER=END\n a\n b\nDATA=END\n",
                             ErrorCode::not_found, 14);
}

TEST_CASE_FIXTURE(Fixture, "a transaction that has ended is not dumped") {
    kv::ReadTransaction txn = environment.begin_read();
    txn.end();
    std::ostringstream out;
    CHECK_THROWS_AS(kv::dump(txn, out), Error);
}
