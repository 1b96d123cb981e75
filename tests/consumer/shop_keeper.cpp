// Tables generated from schemas/shop.fbs.
#include <cambium/cambium.hpp>

#include <filesystem>
#include <iostream>
#include <string>

#include "shop_fb_generated.h"
#include "shop_tables.hpp"

int main() {
    const std::string path = "shop.cambium";
    std::filesystem::remove(path);
    auto open = [&] { return cambium::Database::open<shop::Customers, shop::Orders>(path); };
    {
        cambium::Database database = open();
        database.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<shop::Customers> customers{txn};
            customers.insert({.id = 7,
                              .email = "ada@example.org",
                              .city = "London",
                              .addresses = {{.street = "St James's Square 12", .city = "London"}},
                              .credit = shop::Money{.amount = 1250, .currency = shop::Currency::gbp}});
            customers.insert({.id = 8, .email = "blaise@example.org"});
            cambium::Writer<shop::Orders>{txn}.insert({.customer = 7, .number = 1, .note = "a difference engine"});
        });
    }
    cambium::Database database = open();
    const bool right = database.read([](cambium::ReadTransaction& txn) {
        cambium::Reader<shop::Customers> customers{txn};
        const auto ada = customers.by<"email">().get("ada@example.org");
        const auto order = cambium::Reader<shop::Orders>{txn}.get(7, 1);
        return ada && ada->addresses.size() == 1 && ada->credit && ada->credit->currency == shop::Currency::gbp &&
               customers.by<"city_joined">().equal("London").count() == 1 && order &&
               order->note == "a difference engine";
    });

    std::string bytes;
    cambium::FlatBuffers::encode(shop::Customer{.id = 9, .email = "view@example.org"}, bytes);
    const shop::fb::Customer* view = cambium::FlatBuffers::view<shop::Customer>(bytes);
    const bool in_place = view->id() == 9 && view->email()->str() == "view@example.org";

    std::cout << "tables " << right << " view " << in_place << "\n";
    return right && in_place ? 0 : 1;
}
