--[[
  Counts the letters of a park by cause.
  KEYS 1 index prefix · ARGV 1 park, 2 '1' to add first and last score and the newest id, 3 up to score or '',
       4 older-than score or ''
  Returns rows {cause, letters up to the score, those below the older-than score, first score, last score, newest id}
]]
local ix, rows = KEYS[1], {}
for _, cell in ipairs(redis.call('SMEMBERS', ix .. ARGV[1] .. ':cells')) do
  local key = ix .. ARGV[1] .. ':c:' .. cell
  local count = ARGV[3] == '' and redis.call('ZCARD', key) or redis.call('ZCOUNT', key, '-inf', ARGV[3])
  if count > 0 then
    local row = { cell, count, ARGV[4] == '' and 0 or redis.call('ZCOUNT', key, '-inf', '(' .. ARGV[4]) }
    if ARGV[2] == '1' then
      local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
      row[4], row[5], row[6] = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2], last[2], last[1]
    end
    rows[#rows + 1] = row
  end
end
return rows
