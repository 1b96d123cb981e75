// The tables of schemas/markets.fbs, monitoring.fbs and publications.fbs behave as maps.
#include <cmath>
#include <string>

#include "generated_model.hpp"
#include "markets_tables.hpp"
#include "monitoring_tables.hpp"
#include "publications_tables.hpp"

TEST_CASE_TEMPLATE("tables of markets behave as maps", T, markets::Markets, markets::Actors, markets::Consents) {
    cambium::test::run_model<T>();
}
TEST_CASE_TEMPLATE("tables of monitoring behave as maps", T, monitoring::NodeLogs, monitoring::WorkerLogs) {
    cambium::test::run_model<T>();
}
TEST_CASE_TEMPLATE("tables of publications behave as maps", T, history::Publications, history::Events) {
    cambium::test::run_model<T>();
}

TEST_CASE("FlatBuffers: a zero keeps its sign, and one that equals its default takes no space") {
    const auto packed = [](const monitoring::NodeLog& log) {
        std::string bytes;
        cambium::FlatBuffers::encode(log, bytes);
        return bytes;
    };
    monitoring::NodeLog log;
    const std::size_t without = packed(log).size();
    log.cpu_percent = -0.0;
    CHECK(packed(log).size() > without);
    monitoring::NodeLog read;
    cambium::FlatBuffers::decode(packed(log), read);
    CHECK(std::signbit(read.cpu_percent));
    CHECK_FALSE(std::signbit(read.memory_percent));
    log.cpu_percent = 0.0;
    CHECK(packed(log).size() == without);
}
