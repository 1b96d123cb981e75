// Yesterday's program: the store in its first version.
#include <iostream>

#include "first_version.hpp"
#include "store.hpp"

namespace router {

void create_first_store(const std::string& path, const Generated& day) {
    auto db = cambium::Database::open<FirstUsers, FirstCredentials, FirstSessions, FirstCookies, Publications,
                                      Events, NodeLogs>(path);
    db.write([&](cambium::WriteTransaction& txn) {
        cambium::Writer<FirstUsers> users{txn};
        for (const FirstUser& user : day.users) users.insert(user);
        cambium::Writer<FirstCredentials> credentials{txn};
        for (const Credential& credential : day.credentials) credentials.insert(credential);
        cambium::Writer<FirstCookies> cookies{txn};
        for (const FirstCookie& cookie : day.cookies) cookies.insert(cookie);

        // Much at once is loaded: index entries are sorted, and stored in order.
        std::cout << "users " << day.users.size() << ", credentials " << day.credentials.size() << ", cookies "
                  << day.cookies.size() << '\n';
        std::cout << "sessions " << cambium::Writer<FirstSessions>{txn}.load(day.sessions) << ", publications "
                  << cambium::Writer<Publications>{txn}.load(day.publications) << ", events "
                  << cambium::Writer<Events>{txn}.load(day.events) << ", node logs "
                  << cambium::Writer<NodeLogs>{txn}.load(day.node_logs) << '\n';
    });
}

}  // namespace router
