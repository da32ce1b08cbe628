local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The day of the ledger's zone that an instant lies in, from the three days around the caller's clock, each with its first
-- instant, its end and that of its month: its name and the ends.
local function dayOf(first, instant)
  for i = first, first + 8, 4 do
    if instant >= tonumber(ARGV[i + 1]) and instant < tonumber(ARGV[i + 2]) then
      return ARGV[i], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
    end
  end
  fail('CLOCK', string.format('%d', instant))
end
