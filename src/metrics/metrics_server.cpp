#include "metrics/metrics_server.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include "base/log.h"

namespace sluice::metrics {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t connections_max = 16;
constexpr std::size_t request_size_max = 8192;
constexpr std::chrono::seconds time_max{5};
constexpr std::chrono::milliseconds pause_after_error{100};

}  // namespace

struct MetricsServer::State {
  explicit State(Collect its_collect) : collect(std::move(its_collect)) {}

  [[nodiscard]] error_code bind(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    return error;
  }

  asio::awaitable<void> accept() {
    asio::steady_timer pause(context);
    for (;;) {
      error_code error;
      tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        log::error("accepting a connection for metrics failed: {}", error.message());
        pause.expires_after(pause_after_error);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      } else if (connections < connections_max) {
        ++connections;
        asio::co_spawn(context, answer(std::move(socket)), [this](const std::exception_ptr&) { --connections; });
      }
    }
  }

  asio::awaitable<void> answer(tcp::socket socket) {
    error_code error;
    socket.set_option(tcp::no_delay(true), error);  // head and body are two writes
    beast::tcp_stream stream(std::move(socket));
    stream.expires_after(time_max);
    beast::flat_buffer buffer(request_size_max);
    http::request<http::empty_body> request;
    co_await http::async_read(stream, buffer, request, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    http::response<http::string_body> response = respond(request);
    co_await http::async_write(stream, response, asio::redirect_error(asio::use_awaitable, error));
    stream.socket().shutdown(tcp::socket::shutdown_send, error);
  }

  [[nodiscard]] http::response<http::string_body> respond(const http::request<http::empty_body>& request) const {
    http::response<http::string_body> response(http::status::ok, request.version());
    response.keep_alive(false);
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    if (request.method() != http::verb::get) {
      response.result(http::status::method_not_allowed);
      response.set(http::field::allow, "GET");
      response.body() = "Only GET is answered here.\n";
    } else if (request.target().substr(0, request.target().find('?')) != "/metrics") {
      response.result(http::status::not_found);
      response.body() = "Metrics are at /metrics.\n";
    } else {
      response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      response.body() = prometheus::TextSerializer().Serialize(collect());
    }
    response.prepare_payload();
    return response;
  }

  Collect collect;
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  std::uint16_t port = 0;
  std::size_t connections = 0;
  std::thread thread;
};

MetricsServer::MetricsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

MetricsServer::~MetricsServer() {
  state_->context.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(const std::string& address, std::uint16_t port,
                                                            Collect collect) {
  error_code error;
  const asio::ip::address ip = asio::ip::make_address(address, error);
  if (error) return fail(ErrorKind::invalid, fmt::format("'{}' is not an IP address to serve metrics at", address));
  auto state = std::make_unique<State>(std::move(collect));
  if (error = state->bind({ip, port}); error) {
    return fail(ErrorKind::io, fmt::format("serving metrics at {} port {} failed: {}", address, port, error.message()),
                error.value());
  }
  asio::co_spawn(state->context, state->accept(), asio::detached);
  state->thread = std::thread([&context = state->context] { context.run(); });
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(state)));
}

std::uint16_t MetricsServer::port() const {
  return state_->port;
}

}  // namespace sluice::metrics
