// The list of engines, decided when the build is configured by what is installed.
#include <utility>

#include "cambium/base/error.hpp"
#include "engine.hpp"

namespace cambium::bench {

std::unique_ptr<Engine> make_cambium_engine();
std::unique_ptr<Engine> make_lmdb_engine();
std::unique_ptr<Engine> make_lmdb_writemap_engine();
std::unique_ptr<Engine> make_lmdb1_engine();
std::unique_ptr<Engine> make_mdbx_engine();
std::unique_ptr<Engine> make_sqlite_engine();
std::unique_ptr<Engine> make_rocksdb_engine();
std::unique_ptr<Engine> make_leveldb_engine();

std::vector<std::unique_ptr<Engine>> make_engines() {
    std::vector<std::unique_ptr<Engine>> engines;
    engines.push_back(make_cambium_engine());
#ifdef CAMBIUM_BENCH_LMDB
    engines.push_back(make_lmdb_engine());
    engines.push_back(make_lmdb_writemap_engine());
#endif
#ifdef CAMBIUM_BENCH_LMDB1
    engines.push_back(make_lmdb1_engine());
#endif
#ifdef CAMBIUM_BENCH_MDBX
    engines.push_back(make_mdbx_engine());
#endif
#ifdef CAMBIUM_BENCH_SQLITE
    engines.push_back(make_sqlite_engine());
#endif
#ifdef CAMBIUM_BENCH_ROCKSDB
    engines.push_back(make_rocksdb_engine());
#endif
#ifdef CAMBIUM_BENCH_LEVELDB
    engines.push_back(make_leveldb_engine());
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
                                          " (install liblmdb-dev, libsqlite3-dev, librocksdb-dev and "
                                          "libleveldb-dev and configure again for more)");
}

}  // namespace cambium::bench
