-- Appends one finished attempt (a JSON object) to the task's history, a newline-separated list bounded to 64 KiB: the
-- oldest lines go first.
local function appended(history, line)
  local text = history and (history .. '\n' .. line) or line
  while #text > 65536 do
    local cut = string.find(text, '\n', 1, true)
    if not cut then break end
    text = string.sub(text, cut + 1)
  end
  return text
end

local function remember(base, id, line)
  redis.call('HSET', base .. id, 'xh', appended(redis.call('HGET', base .. id, 'xh'), line))
end
