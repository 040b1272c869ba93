import type { Program } from '../program.ts'
import { type Stage, vendorHeaders } from '../stage.ts'

/** Three processes over one database, each at an address of its own. */
export interface Three {
  programs: Program[]
  /** Posts an update to the processes in turn until one takes it, as a vendor behind a balancer does. */
  post(update: unknown, turn: number): Promise<void>
  /** The process that holds the channel. */
  holder(): Promise<Program>
}

export async function startThree(stage: Stage): Promise<Three> {
  const programs = await Promise.all([1, 2, 3].map(() => stage.start({ PORT: '0' })))
  return {
    programs,
    async post(update, turn) {
      for (let attempt = 0; ; attempt++) {
        const { address } = programs[(turn + attempt) % programs.length]!
        const status = await statusOf(`${address}/hooks/${stage.hookId}`, update)
        if (status === 200) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async holder() {
      const rows = await stage.place.look((db) =>
        db.query<{ holder: string }>(`select holder from leases where name like 'channel:%' and expires_at > now()`),
      )
      return programs.find(({ child }) => rows[0]?.holder.includes(`-${child.pid}-`))!
    },
  }
}

/** 0 when nobody answers. */
async function statusOf(hook: string, update: unknown): Promise<number> {
  try {
    const response = await fetch(hook, { method: 'POST', headers: vendorHeaders, body: JSON.stringify(update) })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}
