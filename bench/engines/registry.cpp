// The list of engines, decided when the build is configured by what is installed.
#include <utility>

#include "cambium/base/error.hpp"
#include "engine.hpp"

namespace cambium::bench {

std::unique_ptr<Engine> make_cambium_engine();
#ifdef CAMBIUM_BENCH_LMDB
std::unique_ptr<Engine> make_lmdb_engine();
#endif
#ifdef CAMBIUM_BENCH_SQLITE
std::unique_ptr<Engine> make_sqlite_engine();
#endif

std::vector<std::unique_ptr<Engine>> make_engines() {
    std::vector<std::unique_ptr<Engine>> engines;
    engines.push_back(make_cambium_engine());
#ifdef CAMBIUM_BENCH_LMDB
    engines.push_back(make_lmdb_engine());
#endif
#ifdef CAMBIUM_BENCH_SQLITE
    engines.push_back(make_sqlite_engine());
#endif
    return engines;
}

std::unique_ptr<Engine> make_engine(const std::string& name) {
    std::string known;
    for (std::unique_ptr<Engine>& engine : make_engines()) {
        if (engine->name() == name) return std::move(engine);
        known += " " + engine->name();
    }
    throw Error(ErrorCode::not_found, "no engine \"" + name + "\" in this build; there are:" + known +
                                          " (install liblmdb-dev and libsqlite3-dev and configure again for more)");
}

}  // namespace cambium::bench
