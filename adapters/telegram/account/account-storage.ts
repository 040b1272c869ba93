import { Long, MemoryStorage, type tl } from '@mtcute/core'
import { __tlReaderMap, __tlWriterMap, longToFastString, TlBinaryReader, TlBinaryWriter } from '@mtcute/core/utils.js'

/** How far the updates were taken: of the account as a whole, and of each supergroup by its number. */
export interface Place {
  pts: number
  qts: number
  date: number
  seq: number
  channels: Record<string, number>
}

/** What must be known of somebody to write to them: a number alone opens nothing. */
export interface SavedPeer {
  /** As the Bot API writes it. */
  id: number
  hash: string
  name: string
  lastName?: string
  usernames?: string[]
  phone?: string
  is?: 'bot' | 'broadcast'
}

/** Peers that are kept over a restart: those last heard of. */
const keptPeers = 500

/** The library's storage in memory, filled with what was kept, and read for what is to be kept. */
export interface AccountStorage {
  provider: MemoryStorage
  /** Undefined until the updates have begun. */
  place(): Place | undefined
  peers(): SavedPeer[]
}

/** `saved` is called whenever the library would write to a disk: after each batch of updates, after the updates were handed on. */
export function makeStorage(kept: { place?: Place; peers: SavedPeer[] }, saved: () => void): AccountStorage {
  const provider = new MemoryStorage()
  if (kept.place) putPlace(provider, kept.place)
  for (const [index, peer] of kept.peers.entries()) putPeer(provider, peer, kept.peers.length - index)
  Object.assign(provider.driver, { save: saved })
  return { provider, place: () => placeOf(provider), peers: () => peersOf(provider) }
}

// The names that the library gives to these numbers in its storage.
const keys = { pts: 'updates_pts', qts: 'updates_qts', date: 'updates_date', seq: 'updates_seq' } as const
const channelKey = 'updates_channel:'

function putPlace({ kv }: MemoryStorage, { channels, ...place }: Place): void {
  for (const [name, key] of Object.entries(keys)) kv.set(key, numberBytes(place[name as keyof typeof keys]))
  for (const [id, pts] of Object.entries(channels)) kv.set(channelKey + id, numberBytes(pts))
}

function placeOf({ kv }: MemoryStorage): Place | undefined {
  const read = (key: string) => {
    const bytes = kv.get(key)
    return bytes ? Buffer.from(bytes).readInt32LE() : undefined
  }
  const [pts, qts, date, seq] = [read(keys.pts), read(keys.qts), read(keys.date), read(keys.seq)]
  if (pts === undefined || qts === undefined || date === undefined || seq === undefined) return undefined
  const channels: Place['channels'] = {}
  for (const key of kv.state.keys()) {
    if (key.startsWith(channelKey)) channels[key.slice(channelKey.length)] = read(key) ?? 0
  }
  return { pts, qts, date, seq, channels }
}

function numberBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** The later in `order`, the later heard of; as a time it is long ago, so that names, which change hands, are asked for again. */
function putPeer({ peers }: MemoryStorage, saved: SavedPeer, order: number): void {
  peers.store({
    id: saved.id,
    accessHash: longToFastString(Long.fromString(saved.hash)),
    isMin: false,
    usernames: saved.usernames?.map((name) => name.toLowerCase()) ?? [],
    updated: order,
    ...(saved.phone !== undefined && { phone: saved.phone }),
    complete: TlBinaryWriter.serializeObject(__tlWriterMap, restored(saved)),
  })
}

function restored({ id, hash, name, lastName, usernames, phone, is }: SavedPeer): tl.TlObject {
  const accessHash = Long.fromString(hash)
  if (id > 0) {
    return {
      _: 'user',
      id,
      accessHash,
      firstName: name,
      ...(lastName !== undefined && { lastName }),
      ...(usernames?.[0] !== undefined && { username: usernames[0] }),
      ...(phone !== undefined && { phone }),
      bot: is === 'bot',
    }
  }
  const channelId = -1_000_000_000_000 - id
  const kind = is === 'broadcast' ? { broadcast: true } : { megagroup: true }
  return { _: 'channel', id: channelId, accessHash, title: name, photo: { _: 'chatPhotoEmpty' }, date: 0, ...kind }
}

/** Basic groups are left out: they need no hash. */
function peersOf({ peers }: MemoryStorage): SavedPeer[] {
  const latest = [...peers.state.entities.values()]
    .filter(({ isMin, accessHash }) => !isMin && accessHash !== '')
    .toSorted((a, b) => b.updated - a.updated)
    .slice(0, keptPeers)
  return latest.flatMap(({ id, complete, usernames }): SavedPeer[] => {
    const peer = TlBinaryReader.deserializeObject<tl.TypeUser | tl.TypeChat>(__tlReaderMap, complete)
    if (peer._ === 'user' && peer.accessHash) {
      return [
        {
          id,
          hash: peer.accessHash.toString(),
          name: peer.firstName ?? '',
          ...(peer.lastName && { lastName: peer.lastName }),
          ...(usernames.length > 0 && { usernames }),
          ...(peer.phone && { phone: peer.phone }),
          ...(peer.bot && { is: 'bot' as const }),
        },
      ]
    }
    if (peer._ !== 'channel' || !peer.accessHash) return []
    const broadcast = peer.broadcast ? { is: 'broadcast' as const } : {}
    return [{ id, hash: peer.accessHash.toString(), name: peer.title, ...broadcast }]
  })
}
