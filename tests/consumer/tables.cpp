// Tables over plain structs in the two codecs whose libraries stay out of the public headers.
#include <cambium/cambium.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/json.hpp>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

struct Town {
    std::uint32_t id{};
    std::string name{};
    std::optional<std::string> country{};
};

template <class Codec>
struct TownsIn : cambium::Table<"towns", Town, cambium::PrimaryKey<&Town::id>, Codec,
                                cambium::OrderedIndex<"country", &Town::country>> {};

template <class Codec>
bool works(const std::string& path) {
    using Towns = TownsIn<Codec>;
    std::filesystem::remove(path);
    cambium::Database database = cambium::Database::open<Towns>(path);
    database.write([](cambium::WriteTransaction& txn) {
        cambium::Writer<Towns> towns{txn};
        towns.insert({.id = 1, .name = "Paris", .country = "fr"});
        towns.insert({.id = 2, .name = "Atlantis"});
        towns.insert({.id = 3, .name = "Lyon", .country = "fr"});
    });
    return database.read([](cambium::ReadTransaction& txn) {
        cambium::Reader<Towns> towns{txn};
        const auto second = towns.get(2);
        return towns.template by<"country">().equal("fr").count() == 2 && second && second->name == "Atlantis";
    });
}

int main() {
    const bool json = works<cambium::Json>("towns_json.cambium");
    const bool cbor = works<cambium::Cbor>("towns_cbor.cambium");
    std::cout << "json " << json << " cbor " << cbor << "\n";
    return json && cbor ? 0 : 1;
}
