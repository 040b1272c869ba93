import type { ChannelState } from '../../../src/conversations/channel-tools.ts'
import type { Place, SavedPeer } from './account-storage.ts'

/** Who the account is, as Telegram told last. */
export interface Self {
  id: number
  usernames: string[]
  phone?: string
  name?: string
}

/** How far the updates were taken, and the chats of the latest messages outside of supergroups. */
export interface KeptPlace extends Place {
  chats: [message: number, chat: number][]
}

/** What is kept of an account between runs, sealed in the database like all state of channels. */
export interface KeptState {
  /** The key of the session: whoever has it is the account. */
  session: string
  self: Self
  place: KeptPlace
  peers: SavedPeer[]
  /** Why nothing is sent until somebody connects the channel anew. */
  stopped: string
}

export type StateName = keyof KeptState

export function keptState(state: ChannelState) {
  return {
    async read<Name extends StateName>(name: Name): Promise<KeptState[Name] | undefined> {
      const text = await state.read(name)
      return text === undefined ? undefined : (JSON.parse(text) as KeptState[Name])
    },
    async write<Name extends StateName>(name: Name, value: KeptState[Name] | undefined): Promise<void> {
      await state.write(name, value === undefined ? undefined : JSON.stringify(value))
    },
    /** Everything that belongs to a session that is over. */
    async forget(): Promise<void> {
      for (const name of ['session', 'self', 'place', 'peers'] as const) await state.write(name, undefined)
    },
  }
}
