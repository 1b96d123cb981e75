// Where SQLite is not installed.
#include "typed/contestant.hpp"

namespace cambium::bench {

std::unique_ptr<Contestant> make_sqlite(const Orders&, const std::string&) {
    return nullptr;
}

std::string sqlite_settings() {
    return "not installed";
}

}  // namespace cambium::bench
