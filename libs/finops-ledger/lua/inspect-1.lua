--[[
  What the ledger says at one moment, for somebody who compares it. Nothing is written.
  KEYS 1 prefix   ARGV 1 month, 2 day or '' for the open holds instead, 3.. hours since 1970
  Returns {how often cells and counters were rebuilt, the server's time in seconds, last entry of the stream or '', first
  entry or '', counters, cells of the day, cells of each hour...}, or for the open holds {rebuilt, counters, {day, scope, nano in turn}, {keys of those that
  cannot be read}}. Hashes are fields and values in turn.
]]
--@include checks
--@include hold
local prefix, month, day = KEYS[1], ARGV[1], ARGV[2]
local rebuilt, counters = read('GET', prefix .. 'ledger:rebuilt') or '0', read('HGETALL', prefix .. 'budget:' .. month)

if day == '' then
  local sums, unreadable = {}, {}
  for _, id in ipairs(read('ZRANGE', prefix .. 'spend:holds', 0, -1)) do
    local ok, _, state, nano, _, day, scopes = pcall(readHold, prefix, id)
    if not ok or not state then
      unreadable[#unreadable + 1] = prefix .. 'spend:hold:' .. id
    elseif state == 'h' and string.sub(day, 1, 7) == month then
      for _, scope in ipairs({ cmsgpack.unpack(scopes) }) do
        local at = #sums
        sums[at + 1], sums[at + 2], sums[at + 3] = day, scope, string.format('%d', nano)
      end
    end
  end
  return { rebuilt, counters, sums, unreadable }
end

local stream = prefix .. 'ledger:' .. month
local last, first = read('XREVRANGE', stream, '+', '-', 'COUNT', 1), read('XRANGE', stream, '-', '+', 'COUNT', 1)
local answer = {
  rebuilt, redis.call('TIME')[1], last[1] and last[1][1] or '', first[1] and first[1][1] or '', counters,
  read('HGETALL', prefix .. 'spend:d:' .. day),
}
for i = 3, #ARGV do answer[#answer + 1] = read('HGETALL', prefix .. 'spend:h:' .. ARGV[i]) end
return answer
