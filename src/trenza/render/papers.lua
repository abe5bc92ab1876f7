-- What the Markdown of a report becomes on paper, where HTML has classes: boxes, badges of the kind of number, pictures.
-- Typst gets calls of functions in report.template.typ, Word gets styles of report.styles.xml and PNG pictures.

local BOXES = { lead = "Lead", note = "Note", caution = "Caution" }
local KINDS = { published = "Published", simulated = "Simulated", real = "Real" }

local PAGE_PICTURE = "fig-page"
local WIDEST, TALLEST = 166, 205 -- of a picture on a page of Word, in millimetres

local function typst_string(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

local function typst_inlines(inlines)
  return (pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), "typst"):gsub("%s+$", ""))
end

local function known(element, names)
  for _, class in ipairs(element.classes) do
    if names[class] then return class, names[class] end
  end
end

-- What follows the first page in print: nothing else stands on it.
local has_page_end = false
local WORD_PAGE_END = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
local function page_end()
  has_page_end = true
  if FORMAT == "docx" then
    return pandoc.RawBlock("openxml", WORD_PAGE_END)
  end
  return pandoc.RawBlock("typst", "#pagebreak(weak: true)\n#contents")
end

function Div(div)
  if div.classes:includes("page-end") then return page_end() end
  local class, style = known(div, BOXES)
  if not class then return div.content end
  if FORMAT == "docx" then
    div.attributes["custom-style"] = style
    return div
  end
  local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#" .. class .. "[") })
  blocks:extend(div.content)
  blocks:insert(pandoc.RawBlock("typst", "]"))
  return blocks
end

function Span(span)
  local class, style = known(span, KINDS)
  if not class then return nil end
  if FORMAT == "docx" then
    span.attributes["custom-style"] = style
    return span
  end
  return pandoc.RawInline("typst", "#kind(" .. typst_string(class) .. ")[" .. typst_inlines(span.content) .. "]")
end

function Image(image)
  if FORMAT == "docx" then
    image.src = image.src:gsub("%.svg$", ".png")
    local _, blob = pandoc.mediabag.fetch(image.src)
    local size = blob and pandoc.image.size(blob)
    if size and size.height / size.width > TALLEST / WIDEST then image.attributes.height = TALLEST .. "mm" end
    return image
  end
end

function Figure(figure)
  if FORMAT ~= "typst" then return nil end
  local image
  figure:walk({ Image = function(found) image = found end })
  if not image then return nil end
  local alt = image.attributes.alt or pandoc.utils.stringify(image.caption)
  local words = typst_inlines(pandoc.utils.blocks_to_inlines(figure.caption.long))
  local label = figure.identifier ~= "" and " <" .. figure.identifier .. ">" or ""
  if figure.identifier == PAGE_PICTURE then
    return pandoc.RawBlock("typst", "#page-picture(" .. typst_string(image.src) .. ", " .. typst_string(alt)
      .. ", [" .. words .. "], <" .. figure.identifier .. ">)")
  end
  return pandoc.RawBlock("typst", "#figure(picture(" .. typst_string(image.src) .. ", " .. typst_string(alt)
    .. "), kind: image, alt: " .. typst_string(alt) .. ", caption: [" .. words .. "])" .. label)
end

-- Shares of the width by what stands in the columns: no column narrower than its longest word, none takes all.
function Table(table_)
  if FORMAT ~= "docx" then return nil end
  local need = {}
  local function weigh(rows)
    for _, row in ipairs(rows) do
      for place, cell in ipairs(row.cells) do
        local words = pandoc.utils.stringify(cell.contents):gsub("\u{200b}", " ")
        local longest = 0
        for word in words:gmatch("[^ ]+") do longest = math.max(longest, utf8.len(word)) end
        need[place] = math.max(need[place] or 3, longest + 2, math.min(utf8.len(words), 24))
      end
    end
  end
  weigh(table_.head.rows)
  local all = 0
  for _, body in ipairs(table_.bodies) do weigh(body.body) end
  for _, size in ipairs(need) do all = all + size end
  for place, spec in ipairs(table_.colspecs) do spec[2] = need[place] / all end
  return table_
end

-- Word makes a table of contents only when asked to; a list of links is there at once and everywhere, after the first page.
function Pandoc(doc)
  if FORMAT == "typst" and not has_page_end then
    doc.blocks:insert(1, pandoc.RawBlock("typst", "#contents"))
    return doc
  end
  if FORMAT ~= "docx" then return nil end
  local lines = pandoc.Blocks({ pandoc.Div({ pandoc.Para(doc.meta.contents) }, { ["custom-style"] = "TOC Heading" }) })
  for _, block in ipairs(doc.blocks) do
    if block.t == "Header" and block.level == 2 and block.identifier ~= "" then
      local link = pandoc.Link(block.content, "#" .. block.identifier)
      lines:insert(pandoc.Div({ pandoc.Para({ link }) }, { ["custom-style"] = "Contents" }))
    end
  end
  local place = 1
  for at, block in ipairs(doc.blocks) do
    if block.t == "RawBlock" and block.text == WORD_PAGE_END then place = at + 1 break end
  end
  for offset, line in ipairs(lines) do doc.blocks:insert(place + offset - 1, line) end
  doc.meta.contents = nil
  return doc
end
