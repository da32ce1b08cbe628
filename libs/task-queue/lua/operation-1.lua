--[[
  Takes an operation that runs and that nobody works on. One that a request carried out itself and that stopped moving is
  over: its request died.
  KEYS 1 index prefix · ARGV 1 operation id or '' for the oldest there is, 2 lease token, 3 lease ms, 4 now ms
  Returns {the operation's id or '' when there is none, ids of those that are over}
]]
local ix, abandoned = KEYS[1], {}
local candidates = ARGV[1] ~= '' and { ARGV[1] } or redis.call('ZRANGE', ix .. 'ops:running', 0, -1)
for _, id in ipairs(candidates) do
  local key = ix .. 'op:' .. id
  local fields = redis.call('HMGET', key, 'status', 'direct', 'updated')
  if not fields[1] or (fields[1] ~= 'running' and fields[1] ~= 'canary') then
    redis.call('ZREM', ix .. 'ops:running', id)
  elseif fields[2] == '1' then
    if tonumber(ARGV[4]) - tonumber(fields[3] or 0) > 120000 then
      abandoned[#abandoned + 1] = id
    end
  elseif redis.call('SET', key .. ':lease', ARGV[2], 'NX', 'PX', ARGV[3]) then
    return { id, abandoned }
  end
end
return { '', abandoned }
