// A table of compressed values, linked with the compressor as a library of its own.
#include <cambium/cambium.hpp>
#include <cambium/codec/bytes.hpp>
#include <cambium/codec/zstd.hpp>

#include <filesystem>
#include <iostream>

namespace {
struct Pages : cambium::Table<"pages", std::string, cambium::Key<std::string>,
                              cambium::Compressed<cambium::Bytes, cambium::Zstd>> {};
}  // namespace

int main() {
    std::filesystem::remove("compressed.cambium");
    auto db = cambium::Database::open<Pages>("compressed.cambium");
    db.write([](cambium::WriteTransaction& txn) { cambium::Writer<Pages>{txn}.put("/", std::string(10000, 'a')); });
    const auto page = db.read([](cambium::ReadTransaction& txn) { return cambium::Reader<Pages>{txn}.get("/"); });
    std::cout << page->size() << " bytes\n";
    return page->size() == 10000 ? 0 : 1;
}
