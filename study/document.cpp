// SPDX-License-Identifier: Apache-2.0
#include "document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nrc::study {
namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// A cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

constexpr const char* kStyle =
    "body{font:15px/1.5 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;margin:1em 0;font-size:13px}"
    "th,td{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:right;vertical-align:top}"
    "th:first-child,td:first-child{text-align:left}"
    "tbody tr:hover{background:#f4f4f4}"
    "figure{margin:1.5em 0}img{max-width:100%}figcaption{color:#555;font-size:13px}"
    "div{overflow-x:auto}";

}  // namespace

struct Document::MarkdownWriter {
  std::string& out;

  void operator()(const Heading& h) const { out += fmt::format("## {}\n\n", h.text); }
  void operator()(const Paragraph& p) const { out += p.text + "\n\n"; }
  void operator()(const List& list) const {
    for (const std::string& item : list.items) out += fmt::format("- {}\n", item);
    out += "\n";
  }
  void operator()(const Picture& p) const {
    out += fmt::format("![{}]({})\n\n", p.caption, p.file);
  }
  void operator()(const Table& table) const {
    const auto row = [this](const std::vector<std::string>& cells) {
      out += "|";
      for (const std::string& c : cells) out += fmt::format(" {} |", cell(c));
      out += "\n";
    };
    row(table.header);
    out += "|---|";
    for (std::size_t i = 1; i < table.header.size(); ++i) out += "---:|";
    out += "\n";
    for (const auto& cells : table.rows) row(cells);
    out += "\n";
  }
};

struct Document::HtmlWriter {
  std::string& out;

  void operator()(const Heading& h) const { out += fmt::format("<h2>{}</h2>\n", escaped(h.text)); }
  void operator()(const Paragraph& p) const { out += fmt::format("<p>{}</p>\n", escaped(p.text)); }
  void operator()(const List& list) const {
    out += "<ul>\n";
    for (const std::string& item : list.items) {
      out += fmt::format("<li>{}</li>\n", escaped(item));
    }
    out += "</ul>\n";
  }
  void operator()(const Picture& p) const {
    out +=
        fmt::format("<figure><img src=\"{0}\" alt=\"{1}\"><figcaption>{1}</figcaption></figure>\n",
                    escaped(p.file), escaped(p.caption));
  }
  void operator()(const Table& table) const {
    const auto row = [this](const std::vector<std::string>& cells, const char* tag) {
      out += "<tr>";
      for (const std::string& c : cells) out += fmt::format("<{0}>{1}</{0}>", tag, escaped(c));
      out += "</tr>\n";
    };
    out += "<div><table>\n<thead>";
    row(table.header, "th");
    out += "</thead>\n<tbody>\n";
    for (const auto& cells : table.rows) row(cells, "td");
    out += "</tbody></table></div>\n";
  }
};

std::string Document::markdown() const {
  std::string out = fmt::format("# {}\n\n", title_);
  for (const Block& block : blocks_) std::visit(MarkdownWriter{out}, block);
  out.pop_back();
  return out;
}

std::string Document::html() const {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>"
      "<style>{1}</style></head><body>\n<h1>{0}</h1>\n",
      escaped(title_), kStyle);
  for (const Block& block : blocks_) std::visit(HtmlWriter{out}, block);
  return out + "</body></html>\n";
}

std::string to_csv(const Document::Table& table) {
  std::string out;
  const auto row = [&out](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i != 0) out += ',';
      if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
        out += cells[i];
        continue;
      }
      out += '"';
      for (const char c : cells[i]) out += c == '"' ? std::string("\"\"") : std::string(1, c);
      out += '"';
    }
    out += "\r\n";
  };
  row(table.header);
  for (const auto& cells : table.rows) row(cells);
  return out;
}

}  // namespace nrc::study
