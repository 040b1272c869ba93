// A stand-in for the page of WhatsApp Web, as far as whatsapp-web.js asks it: the modules behind `window.require`, and what they are
// made of. The names are those that the library uses (its src/util/Injected and src/Client.js); what they do is ours.

/** What the page is about; the test writes it before this script. */
export const config = { people: [], groups: [], missing: [], ...window.stubConfig }

/** What was sent and done, what broke the page's rules, and what shall go wrong next. */
export const record = { sent: [], done: [], refused: [], faults: [] }

export const modules = {}
window.Debug = { VERSION: '2.3000.1' }
window.require = (name) => {
  if (!(name in modules) || config.missing.includes(name)) throw new Error(`Requiring unknown module "${name}"`)
  return modules[name]
}

export function refuse(what) {
  record.refused.push(what)
  throw new Error(`The page refuses this: ${what}`)
}

/** Takes a fault that was asked for, once. */
export function takeFault(kind) {
  const index = record.faults.indexOf(kind)
  if (index >= 0) record.faults.splice(index, 1)
  return index >= 0
}

export class Emitter {
  listeners = new Map()
  on(names, listener) {
    for (const name of names.split(' ')) this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener])
  }
  once(name, listener) {
    const first = (...args) => {
      this.off(name, first)
      listener(...args)
    }
    this.on(name, first)
  }
  off(name, listener) {
    this.listeners.set(
      name,
      (this.listeners.get(name) ?? []).filter((other) => other !== listener),
    )
  }
  emit(name, ...args) {
    for (const listener of this.listeners.get(name) ?? []) listener(...args)
  }
}

/** An id of a person or a group. */
export class Wid {
  constructor(text) {
    const [user, server] = String(text).split('@')
    if (!user || !['c.us', 'lid', 'g.us'].includes(server)) refuse(`an id "${text}"`)
    this.user = user
    this.server = server
    this._serialized = `${user}@${server}`
  }
  isLid() {
    return this.server === 'lid'
  }
  isGroup() {
    return this.server === 'g.us'
  }
  isUser() {
    return !this.isGroup()
  }
  isStatus() {
    return false
  }
  toString() {
    return this._serialized
  }
}
export const wid = (id) => (id instanceof Wid ? id : new Wid(id?._serialized ?? id))

/** The id of a message. */
export class MsgKey {
  constructor({ fromMe, from, to, remote, id, participant, selfDir }) {
    this.fromMe = fromMe ?? selfDir === 'out'
    this.remote = wid(remote ?? (this.fromMe ? to : from))
    this.id = id
    if (participant) this.participant = wid(participant)
    this._serialized = [this.fromMe, this.remote, id, ...(participant ? [this.participant] : [])].join('_')
  }
  static counter = 0
  static async newId() {
    return `3EB0${Date.now().toString(16).toUpperCase()}${(MsgKey.counter++).toString(16).padStart(6, '0')}`
  }
}

export const me = {
  pn: wid(config.me?.pn ?? '12015550123@c.us'),
  lid: wid(config.me?.lid ?? '7700000000001@lid'),
  name: 'North Cars',
}

/** What the session remembers over a restart of the browser. */
export const memory = {
  read: () => JSON.parse(localStorage.getItem('stub') ?? '{}'),
  write: (fields) => localStorage.setItem('stub', JSON.stringify({ ...memory.read(), ...fields })),
}

export const personOf = (id) => config.people.find(({ pn, lid }) => pn === String(id) || lid === String(id))

Object.assign(modules, {
  WAWebWidFactory: { createWid: wid, createWidFromWidLike: wid, asUserWidOrThrow: wid },
  WAWebMsgKey: MsgKey,
  WAWebWidToJid: { widToGroupJid: String, widToUserJid: String },
  WAWebUserPrefsMeUser: { getMaybeMePnUser: () => me.pn, getMaybeMeLidUser: () => me.lid },
  WAWebLidMigrationUtils: { toPn: (id) => (wid(id).isLid() && personOf(id)?.pn ? wid(personOf(id).pn) : undefined) },
  WAWebApiContact: {
    getCurrentLid: (id) => (personOf(id)?.lid ? wid(personOf(id).lid) : undefined),
    getPhoneNumber: (id) => (personOf(id)?.pn ? wid(personOf(id).pn) : undefined),
    getAlternateUserWid: () => undefined,
  },
  WAWebQueryExistsJob: {
    queryWidExists: async (id) => {
      if (takeFault('unreachable')) return null
      const person = personOf(id)
      return person && !person.unregistered ? { wid: wid(person.movedTo ?? id) } : null
    },
  },
})
