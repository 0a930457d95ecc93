package xyz.dropsilk.server.redis;

/**
 * What the engine does in one step. No rule of flights or rooms is in here. Scripts are not rolled back, so each looks at everything, types
 * included, before it writes anything.
 */
final class Scripts {
    private Scripts() {}

    /**
     * Keys: the record, unless there is none (then their number is even), and an inbox and its meter for each append. Arguments: expected version,
     * new version, value, time to live in ms, 1 if that begins anew in any case, how long an end is remembered in ms, most bytes unread, the number of
     * clocks and their names, each with 1 if it is turned back; and for each append entry, payload, 1 if it is required.
     */
    static final String COMMIT = """
            local record = #KEYS % 2 == 1 and KEYS[1] or nil
            local first = record and 1 or 0
            local kind, version, value = 'none', '', ''
            if record then
              kind = redis.call('TYPE', record).ok
              if kind == 'hash' then
                local kept = redis.call('HMGET', record, 'version', 'value')
                version, value = kept[1] or '', kept[2] or ''
              end
              if version == ARGV[2] then return {'DONE', '', '', 0} end
              if version ~= ARGV[1] then return {'CONFLICT', version, value, 0} end
            end
            local appends, lost = (#KEYS - first) / 2, 0
            local most, clocks = tonumber(ARGV[7]), tonumber(ARGV[8])
            local at = 8 + 2 * clocks
            local skipped = {}
            for i = 1, appends do
              local inbox, meter = KEYS[first + 2 * i - 1], KEYS[first + 2 * i]
              local why = nil
              if redis.call('TYPE', inbox).ok ~= 'stream' or redis.call('TYPE', meter).ok ~= 'hash' then
                why = 'MISSING'
              else
                local counts = redis.call('HMGET', meter, 'in', 'out')
                local unread = (tonumber(counts[1]) or 0) - (tonumber(counts[2]) or 0)
                if unread > most then why = 'FULL' end
              end
              if why and ARGV[at + 3 * i] == '1' then return {why, '', '', 0} end
              if why then skipped[i] = true; lost = lost + 1 end
            end
            if record then
              if kind ~= 'none' and (kind ~= 'hash' or ARGV[3] == '') then redis.call('DEL', record) end
              if ARGV[3] ~= '' then
                local renewed = ARGV[5] == '1' or kind ~= 'hash' or value == ''
                redis.call('HSET', record, 'version', ARGV[2], 'value', ARGV[3])
                if clocks > 0 then
                  local time = redis.call('TIME')
                  local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
                  local stay = {}
                  for i = 1, clocks do
                    local name = 'h:' .. ARGV[7 + 2 * i]
                    stay[name] = true
                    if ARGV[8 + 2 * i] == '1' or redis.call('HEXISTS', record, name) == 0 then
                      redis.call('HSET', record, name, now)
                      renewed = true
                    end
                  end
                  for _, name in ipairs(redis.call('HKEYS', record)) do
                    if string.sub(name, 1, 2) == 'h:' and not stay[name] then redis.call('HDEL', record, name) end
                  end
                end
                if renewed then redis.call('PEXPIRE', record, ARGV[4]) end
              elseif ARGV[6] ~= '0' then
                redis.call('HSET', record, 'version', ARGV[2], 'value', '')
                redis.call('PEXPIRE', record, ARGV[6])
              end
            end
            for i = 1, appends do
              if not skipped[i] then
                local inbox, meter = KEYS[first + 2 * i - 1], KEYS[first + 2 * i]
                local entry, payload = ARGV[at + 3 * i - 2], ARGV[at + 3 * i - 1]
                local total = redis.call('HINCRBY', meter, 'in', #entry + #payload + 64)
                redis.call('XADD', inbox, '*', 'e', entry, 'p', payload, 'n', total)
              end
            end
            return {'DONE', '', '', lost}
            """;

    /** Keys: records. Arguments: for each the time to live in ms, the version that is known, the number of clocks to be turned back, and their names. */
    static final String HEAR = """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local at, answers = 0, {}
            for i, record in ipairs(KEYS) do
              local life, known, clocks = ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
              local version, value, ages = '', '', {}
              local kind = redis.call('TYPE', record).ok
              if kind ~= 'hash' and kind ~= 'none' then value = kind end -- which its reader finds unreadable
              if kind == 'hash' then
                local heard = false
                for j = 1, clocks do
                  local name = 'h:' .. ARGV[at + 3 + j]
                  if redis.call('HEXISTS', record, name) == 1 then
                    redis.call('HSET', record, name, string.format('%.0f', now))
                    heard = true
                  end
                end
                if heard then redis.call('PEXPIRE', record, life) end
                local fields = redis.call('HGETALL', record)
                for j = 1, #fields, 2 do
                  local name, said = fields[j], fields[j + 1]
                  if name == 'version' then version = said
                  elseif name == 'value' then value = said
                  elseif string.sub(name, 1, 2) == 'h:' then
                    ages[#ages + 1] = string.sub(name, 3)
                    ages[#ages + 1] = string.format('%.0f', math.max(0, now - (tonumber(said) or now)))
                  end
                end
                if version == known then value = '' end
              end
              answers[i] = {version, value, ages}
              at = at + 3 + clocks
            end
            return answers
            """;

    /** Keys: inbox, meter. Argument: time to live in ms. */
    static final String MAKE_INBOX = """
            if redis.call('TYPE', KEYS[1]).ok == 'stream' and redis.call('TYPE', KEYS[2]).ok == 'hash' then return 0 end
            redis.call('DEL', KEYS[1], KEYS[2])
            redis.call('HSET', KEYS[2], 'in', 0, 'out', 0)
            redis.call('XADD', KEYS[1], '*', 'e', '', 'p', '', 'n', 0)
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            redis.call('PEXPIRE', KEYS[2], ARGV[1])
            return 1
            """;

    /** Keys: inbox, meter. Arguments: the last entry that was read, and the bytes appended until then. */
    static final String DISCARD = """
            if redis.call('TYPE', KEYS[1]).ok ~= 'stream' or redis.call('TYPE', KEYS[2]).ok ~= 'hash' then return 0 end
            redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
            redis.call('HSET', KEYS[2], 'out', ARGV[2])
            return 1
            """;

    /** Keys: instances, inbox, meter, epoch. Arguments: id, state, time to live in ms, the epoch should there be none. */
    static final String BEAT = """
            local function only(key, kind)
              local now = redis.call('TYPE', key).ok
              if now ~= 'none' and now ~= kind then redis.call('DEL', key) end
            end
            only(KEYS[1], 'hash')
            only(KEYS[4], 'string')
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('SET', KEYS[4], ARGV[4] .. ':' .. string.format('%.0f', now), 'NX')
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            local there = redis.call('PEXPIRE', KEYS[2], ARGV[3])
            redis.call('PEXPIRE', KEYS[3], ARGV[3])
            local epoch = redis.call('GET', KEYS[4])
            local since = tonumber(string.match(epoch, ':(%d+)$')) or 0
            return {tostring(there), epoch, redis.call('HGETALL', KEYS[1]), string.format('%.0f', math.max(0, now - since))}
            """;
}
