--[[
  Counts the letters of a park by cause.
  KEYS 1 index prefix · ARGV 1 park, 2 up to score or '', 3 older-than score or ''
  Returns rows {cause, letters up to the score, those below the older-than score}
]]
local ix, rows = KEYS[1], {}
for _, cell in ipairs(redis.call('SMEMBERS', ix .. ARGV[1] .. ':cells')) do
  local key = ix .. ARGV[1] .. ':c:' .. cell
  local count = ARGV[2] == '' and redis.call('ZCARD', key) or redis.call('ZCOUNT', key, '-inf', ARGV[2])
  if count > 0 then
    rows[#rows + 1] = { cell, count, ARGV[3] == '' and 0 or redis.call('ZCOUNT', key, '-inf', '(' .. ARGV[3]) }
  end
end
return rows
