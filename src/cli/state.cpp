#include "cli/state.h"

#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/files.h"

namespace ox::cli {

State read_state(const Layout& layout) {
  State state;
  const auto text = read_if_there(layout.state());
  if (!text) return state;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) return state;
  const auto field = [&json](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  for (Mode mode : {Mode::BootSafe, Mode::Direct})
    if (field("mode") == name_of(mode)) state.mode = mode;
  state.since = field("since");
  state.reason = field("reason");
  state.hardened = json.value("hardened", nlohmann::json(false)) == true;
  return state;
}

void write_state(const Layout& layout, const State& state) {
  const nlohmann::json json{{"mode", name_of(state.mode)},
                            {"since", state.since},
                            {"hardened", state.hardened},
                            {"reason", state.reason}};
  make_directories(layout.config());
  replace_file(layout.state(), json.dump(2) + "\n", {});
}

std::string now_utc() {
  const time_t now = time(nullptr);
  struct tm parts;
  char text[32];
  gmtime_r(&now, &parts);
  return std::string(text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts));
}

int read_boots(const Layout& layout) {
  const auto text = read_if_there(layout.boot_counter());
  return text ? std::atoi(text->c_str()) : 0;
}

void write_boots(const Layout& layout, int count) {
  if (count == 0) return remove_file(layout.boot_counter());
  make_directories(layout.config());
  replace_file(layout.boot_counter(), std::to_string(count) + "\n", {});
}

}  // namespace ox::cli
