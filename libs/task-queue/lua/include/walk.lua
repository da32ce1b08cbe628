-- Walks letters of several causes in one order, oldest first, from a position on: a score, and how many letters of just
-- that score come before it. Equal scores are told apart by counting, never by comparing ids: Lua compares strings by the
-- server's locale, sorted sets by their bytes. The letters handed out may be removed while walking.
local function walk(ix, park, cells, from, skip, to, chunk)
  local sources, heap = {}, {}

  local function fill(source)
    local rows = redis.call('ZRANGEBYSCORE', source.key, source.from, to, 'WITHSCORES', 'LIMIT', 0, chunk + source.known)
    local buffer, seen = {}, source.seen
    for i = 1, #rows, 2 do
      if not seen[rows[i]] then
        buffer[#buffer + 1] = rows[i]
        buffer[#buffer + 1] = rows[i + 1]
      end
    end
    if #buffer == 0 then return false end
    local last = rows[#rows]
    if last ~= source.from then seen, source.known = {}, 0 end
    for i = #rows, 2, -2 do
      if rows[i] ~= last then break end
      if not seen[rows[i - 1]] then
        seen[rows[i - 1]] = true
        source.known = source.known + 1
      end
    end
    source.buffer, source.at, source.seen, source.from = buffer, 1, seen, last
    source.score = tonumber(buffer[2])
    return true
  end

  local function before(left, right)
    if left.score ~= right.score then return left.score < right.score end
    return left.cell < right.cell
  end

  local function sink(at)
    while true do
      local child = at * 2
      if child > #heap then return end
      if child < #heap and before(heap[child + 1], heap[child]) then child = child + 1 end
      if not before(heap[child], heap[at]) then return end
      heap[at], heap[child] = heap[child], heap[at]
      at = child
    end
  end

  for i, cell in ipairs(cells) do
    local source = { key = ix .. park .. ':c:' .. cell, cell = i, from = from, seen = {}, known = 0 }
    if fill(source) then heap[#heap + 1] = source end
  end
  for at = math.floor(#heap / 2), 1, -1 do sink(at) end

  local function take()
    local source = heap[1]
    if not source then return nil end
    local id, score = source.buffer[source.at], source.buffer[source.at + 1]
    source.at = source.at + 2
    if source.buffer[source.at] then
      source.score = tonumber(source.buffer[source.at + 1])
    elseif not fill(source) then
      heap[1] = heap[#heap]
      heap[#heap] = nil
    end
    sink(1)
    return id, score, source.cell
  end

  return function()
    while true do
      local id, score, cell = take()
      if not id or skip == 0 or score ~= from then return id, score, cell end
      skip = skip - 1
    end
  end
end
