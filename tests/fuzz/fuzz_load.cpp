// The importer of dumps: it refuses a text with the number of a line, or what it stored can be dumped and loaded
// again to the same.
#include <sstream>

#include "cambium/base/error.hpp"
#include "cambium/kv/dump.hpp"
#include "store_content.hpp"
#include "target.hpp"

namespace cambium::fuzz {

namespace {

kv::Environment in_memory() {
    kv::Options options;
    options.in_memory = true;
    return kv::Environment::open("in memory", options);
}

bool may_refuse(ErrorCode code) {
    return code == ErrorCode::decode || code == ErrorCode::format_version || code == ErrorCode::invalid_argument ||
           code == ErrorCode::key_too_long || code == ErrorCode::value_too_long || code == ErrorCode::not_found ||
           code == ErrorCode::already_exists || code == ErrorCode::misuse;
}

bool load_text(kv::WriteTransaction& txn, const std::string& text) {
    std::istringstream in{text};
    try {
        (void)kv::load(txn, in);
        return true;
    } catch (const Error& error) {
        require(std::string_view{error.what()}.starts_with("line "), error.what());
        require(may_refuse(error.code()), error.what());
        return false;
    }
}

void dump_and_load(const kv::Transaction& txn, const test::Trees& content, kv::DumpEncoding encoding) {
    std::ostringstream out;
    try {
        kv::dump(txn, out, {.encoding = encoding});
    } catch (const Error& error) {
        require(error.code() == ErrorCode::encode, error.what());
        return;  // a tree's name with a byte 0
    }
    static kv::Environment other = in_memory();
    kv::WriteTransaction copy = other.begin_write();
    require(load_text(copy, out.str()), "a dump cannot be loaded");
    require(test::content_of(copy) == content, "a dump loads as another content");
}

}  // namespace

void run(std::string_view input) {
    static kv::Environment environment = in_memory();
    kv::WriteTransaction txn = environment.begin_write();
    if (!load_text(txn, std::string{input})) return;
    const test::Trees content = test::content_of(txn);
    for (const kv::DumpEncoding encoding : {kv::DumpEncoding::print, kv::DumpEncoding::bytevalue})
        dump_and_load(txn, content, encoding);
}

std::vector<std::string> seeds() {
    kv::Environment environment = in_memory();
    kv::WriteTransaction txn = environment.begin_write();
    for (const std::string key : {"a", "b\\", "c\n"}) {
        txn.put(txn.create_tree("plain"), key, "value of " + key);
        txn.put(txn.create_tree("counted", {.counts = true, .contiguous_keys = true}), key, key);
        const kv::Tree pairs = txn.create_tree("pairs", {.duplicates = true});
        const kv::Tree fixed = txn.create_tree("fixed", {.duplicates = true, .fixed_value_size = 2});
        for (const std::string value : {"v1", "v2"}) {
            txn.put(pairs, key, value + key);
            txn.put(fixed, key, value);
        }
        txn.put(txn.create_tree("reversed", {.key_order = kv::KeyOrder::reversed}), key, "x");
    }
    txn.put(txn.create_tree("numbers", {.key_order = kv::KeyOrder::native_integers}), "12345678", "x");
    (void)txn.create_tree("empty");
    std::vector<std::string> made;
    for (const kv::DumpEncoding encoding : {kv::DumpEncoding::print, kv::DumpEncoding::bytevalue}) {
        std::ostringstream out;
        kv::dump(txn, out, {.encoding = encoding});
        made.push_back(out.str());
        for (const char* name : {"plain", "fixed", "numbers"}) {
            std::ostringstream one;
            kv::dump_tree(txn, name, one, {.encoding = encoding, .named = encoding == kv::DumpEncoding::print});
            made.push_back(one.str());
        }
    }
    return made;
}

std::vector<std::string_view> words() {
    return {"VERSION=3\n",
            "format=print\n",
            "format=bytevalue\n",
            "type=btree\n",
            "database=",
            "mapsize=1048576\n",
            "duplicates=1\n",
            "dupsort=1\n",
            "dupfixed=1\n",
            "integerkey=1\n",
            "integerdup=1\n",
            "reversekey=1\n",
            "reversedup=1\n",
            "customkey=1\n",
            "customdup=1\n",
            "comparator=",
            "valuecomparator=",
            "valuesize=65535\n",
            "counts=1\n",
            "contiguouskeys=1\n",
            "HEADER=END\n",
            "DATA=END\n",
            "\n ",
            "\\00",
            "\\\\",
            "\r\n",
            "65536"};
}

}  // namespace cambium::fuzz
