// The socket to WhatsApp: signing in, its states, and the word that all has been synced.

import { config, Emitter, me, memory, modules, record } from './core.js'

class Socket extends Emitter {
  state = 'OPENING'
  hasSynced = false
  set(state) {
    this.state = state
    this.emit('change:state', this, state)
  }
  /** The word is only given when somebody hears it: a page that does not wait is `syncedEarly`. */
  sync() {
    if (!this.listeners.get('change:hasSynced')?.length) {
      setTimeout(() => this.sync(), 10)
      return
    }
    this.hasSynced = true
    this.emit('change:hasSynced', this, true)
  }
  logout() {
    record.done.push({ what: 'logout' })
    memory.write({ paired: false })
  }
  takeover() {
    record.done.push({ what: 'takeover' })
    this.set('CONNECTED')
  }
}
export const socket = new Socket()

class Conn extends Emitter {
  ref = config.ref ?? '2@stubReference1'
  platform = 'android'
  pushname = me.name
  serialize() {
    return { pushname: this.pushname, platform: this.platform }
  }
}
export const conn = new Conn()
export const cmd = new Emitter()
cmd.refreshQR = () => record.done.push({ what: 'refreshQR' })

/** The phone scanned the code. */
export function pair() {
  memory.write({ paired: true })
  socket.set('CONNECTED')
  if (!config.neverSyncs) socket.sync()
}

if (config.paired) memory.write({ paired: true })

// The library looks at the state before it listens; the page opens a little later, or before the library has begun.
if (config.syncedEarly && memory.read().paired) {
  socket.state = 'CONNECTED'
  socket.hasSynced = true
} else {
  setTimeout(() => {
    if (!memory.read().paired) socket.set('UNPAIRED')
    else {
      socket.set('CONNECTED')
      if (!config.neverSyncs) socket.sync()
    }
  }, config.opensAfterMs ?? 30)
}

Object.assign(modules, {
  WAWebSocketModel: { Socket: socket },
  WAWebCmd: { Cmd: cmd },
  WAWebConnModel: { Conn: conn },
  WAWebOfflineHandler: { OfflineMessageHandler: { getOfflineDeliveryProgress: () => 100 } },
  WAWebAltDeviceLinkingApi: {},
  WABase64: { encodeB64: (bytes) => btoa(String.fromCharCode(...bytes)) },
  WAWebCompanionRegClientUtils: { DEVICE_PLATFORM: 'chrome' },
  WAWebAdvSignatureApi: {},
  WAWebUserPrefsInfoStore: {
    waNoiseInfo: { get: async () => ({ staticKeyPair: { pubKey: new Uint8Array([1, 2, 3]) } }) },
  },
  WAWebSignalStoreApi: {
    waSignalStore: { getRegistrationInfo: async () => ({ identityKeyPair: { pubKey: new Uint8Array([4, 5, 6]) } }) },
  },
  WAWebUserPrefsMultiDevice: { getADVSecretKey: () => 'c3R1Yg==' },
  WAWebSyncGatingUtils: { isPlaceholderMessageResendEnabled: () => false },
  WAWebCallCollection: {},
  WAWebStreamModel: { Stream: { markAvailable: () => undefined, markUnavailable: () => undefined } },
})
