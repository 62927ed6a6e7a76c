# shellcheck shell=bash
# Tables that programs write into pages.

# Puts what COMMAND prints between the section's markers in PAGE.
section() { # PAGE NAME COMMAND...
  local page=$1 name=$2 table
  shift 2
  table=$("$@")
  TABLE=$table awk -v begin="<!-- $name: begin -->" -v end="<!-- $name: end -->" '
    $0 == end { within = 0 }
    !within { print }
    $0 == begin { within = 1; print "\n" ENVIRON["TABLE"] "\n" }
  ' "$page" >"$page.new"
  mv "$page.new" "$page"
}
