// What the declarations do not let happen.
#include <iostream>

#include "store.hpp"

namespace router {
namespace {

template <class Call>
void refused(Call&& call) {
    try {
        call();
        std::cout << "stored\n";
    } catch (const cambium::Error& error) {
        std::cout << error.what() << '\n';
    }
}

}  // namespace

void break_rules(cambium::Database& db, const Generated& day) {
    db.write([&](cambium::WriteTransaction& txn) {
        cambium::Writer<Users> users{txn};
        cambium::Writer<Credentials> credentials{txn};
        cambium::Writer<Sessions> sessions{txn};
        cambium::Writer<Publications> publications{txn};
        cambium::Writer<Events> events{txn};

        // Each is refused, and the transaction goes on.
        User other = *users.get(day.users[1].id);
        other.email[0] = 'z';
        other.pubkey = PublicKey{1, 2, 3};
        users.upsert(other);
        refused([&] { users.patch(day.users[2].id, cambium::set<&User::pubkey>(other.pubkey)); });
        refused([&] { users.patch(day.users[2].id, cambium::set<&User::email>("Z" + other.email.substr(1))); });
        Credential credential = day.credentials[0];
        credential.id.bytes[0] ^= 1;
        refused([&] { credentials.insert(credential); });
        credential.method = Method::cookie;
        credential.config.clear();
        refused([&] { credentials.insert(credential); });
        credential.config = "none";
        credential.principal = {};
        refused([&] { credentials.insert(credential); });
        refused([&] { events.insert({.subscription = 1, .timestamp = kEndOfDay, .publication = 4}); });

        // A user goes: the credentials go too, the sessions stay as history.
        const Uuid user = day.users[0].id;
        const std::uint64_t credentials_before = credentials.count();
        const std::uint64_t sessions_of_user = sessions.by<"user">().equal(user).count();
        const std::uint64_t guests = sessions.by<"user">().equal(std::nullopt).count();
        users.erase(user);
        std::cout << credentials_before - credentials.count() << " credentials went with a user, "
                  << sessions.by<"user">().equal(std::nullopt).count() - guests << " of " << sessions_of_user
                  << " sessions stay without it\n";

        // What was said in the first hour, and its delivery.
        const std::uint64_t events_before = events.count();
        const auto first_hour =
            publications.by<"topic">().range({"com.example.orders.created", kEndOfDay - std::chrono::hours{23}},
                                             {"com.example.orders.created", kEndOfDay - std::chrono::hours{25}});
        const std::uint64_t erased = publications.erase(first_hour);
        std::cout << erased << " publications erased, and " << events_before - events.count() << " events\n";
    });
}

}  // namespace router
