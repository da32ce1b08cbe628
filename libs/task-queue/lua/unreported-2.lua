--[[
  Finds finished jobs whose final callback never came, marks them reported and returns them, so that each is accounted for
  exactly once although its worker died.
  KEYS 1 job key prefix, 2 index prefix · ARGV 1 completed|failed, 2 up to ms (exclusive), 3 batch size
  Returns {more ('1'|'0'), {id, attempt}...}; the scan goes on where the last one ended
]]
local base, ix = KEYS[1], KEYS[2]
local from = redis.call('HGET', ix .. 'reported-until', ARGV[1]) or '-inf'
local rows = redis.call('ZRANGEBYSCORE', base .. ARGV[1], from == '-inf' and from or ('(' .. from), '(' .. ARGV[2], 'WITHSCORES', 'LIMIT', 0, ARGV[3])
local found = {}
local last = nil
for i = 1, #rows, 2 do
  local id = rows[i]
  last = rows[i + 1]
  local fields = redis.call('HMGET', base .. id, 'ats', 'xc', 'data')
  if fields[3] then
    local attempt = math.max(1, tonumber(fields[1] or 0))
    local mark = attempt .. (ARGV[1] == 'completed' and 's' or 'f')
    local marks = fields[2] or ''
    if not string.find(',' .. marks .. ',', ',' .. mark .. ',', 1, true) then
      redis.call('HSET', base .. id, 'xc', marks == '' and mark or (marks .. ',' .. mark))
      found[#found + 1] = { id, attempt }
    end
  end
end
local full = #rows / 2 >= tonumber(ARGV[3])
if last then
  -- A full batch may end inside one millisecond: the next one starts at it again; marks make the overlap harmless.
  local until_ = full and string.format('%.0f', tonumber(last) - 1) or last
  if full and until_ == from then until_ = last end
  redis.call('HSET', ix .. 'reported-until', ARGV[1], until_)
end
table.insert(found, 1, full and '1' or '0')
return found
