package xyz.dropsilk.server.redis;

/**
 * What the engine does in one step. No rule of flights or rooms is in here. Scripts are not rolled back, so each looks at everything, types
 * included, before it writes anything.
 */
final class Scripts {
    private Scripts() {}

    /**
     * Keys: the record, unless there is none (then their number is even), and an inbox and its meter for each append. Arguments: expected version,
     * new version, value, time to live in ms, most bytes unread; and for each append entry, payload, 1 if it is required.
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
            local skipped = {}
            for i = 1, appends do
              local inbox, meter = KEYS[first + 2 * i - 1], KEYS[first + 2 * i]
              local why = nil
              if redis.call('TYPE', inbox).ok ~= 'stream' or redis.call('TYPE', meter).ok ~= 'hash' then
                why = 'MISSING'
              else
                local counts = redis.call('HMGET', meter, 'in', 'out')
                local unread = (tonumber(counts[1]) or 0) - (tonumber(counts[2]) or 0)
                if unread > tonumber(ARGV[5]) then why = 'FULL' end
              end
              if why and ARGV[5 + 3 * i] == '1' then return {why, '', '', 0} end
              if why then skipped[i] = true; lost = lost + 1 end
            end
            if record then
              if kind ~= 'none' and (kind ~= 'hash' or ARGV[3] == '') then redis.call('DEL', record) end
              if ARGV[3] ~= '' then
                redis.call('HSET', record, 'version', ARGV[2], 'value', ARGV[3])
                redis.call('PEXPIRE', record, ARGV[4])
              end
            end
            for i = 1, appends do
              if not skipped[i] then
                local inbox, meter = KEYS[first + 2 * i - 1], KEYS[first + 2 * i]
                local entry, payload = ARGV[3 + 3 * i], ARGV[4 + 3 * i]
                local total = redis.call('HINCRBY', meter, 'in', #entry + #payload + 64)
                redis.call('XADD', inbox, '*', 'e', entry, 'p', payload, 'n', total)
              end
            end
            return {'DONE', '', '', lost}
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
            redis.call('SET', KEYS[4], ARGV[4], 'NX')
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            local there = redis.call('PEXPIRE', KEYS[2], ARGV[3])
            redis.call('PEXPIRE', KEYS[3], ARGV[3])
            return {tostring(there), redis.call('GET', KEYS[4]), redis.call('HGETALL', KEYS[1])}
            """;
}
