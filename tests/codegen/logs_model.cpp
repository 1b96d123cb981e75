// The tables of schemas/markets.fbs, monitoring.fbs and publications.fbs behave as maps.
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
