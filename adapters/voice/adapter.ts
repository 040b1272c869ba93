import type {
  Capabilities,
  ChannelAdapter,
  ChannelContext,
  Outbound,
  Receipt,
  Target,
} from '../../src/conversations/channel.ts'
import { AppError } from '../../src/platform/errors.ts'
import { uuid } from '../../src/platform/ids.ts'
import { checkCall } from './check-call.ts'
import type { Sound, VoiceDriver } from './driver.ts'
import { genericDriver } from './generic/driver.ts'
import { eventOf } from './happening.ts'
import { jambonzDriver } from './jambonz/driver.ts'
import type { VoiceSettings } from './settings.ts'
import { sipDriver } from './sip/driver.ts'
import { twilioDriver } from './twilio/driver.ts'

const drivers: Record<VoiceSettings['driver'], (context: ChannelContext<VoiceSettings>) => VoiceDriver> = {
  generic: genericDriver,
  jambonz: jambonzDriver,
  twilio: twilioDriver,
  sip: sipDriver,
}

/** What fits into one breath, whatever the driver: a longer text is said in several. */
const textLength = 700

/** Connects a phone line: calls are conversations, and what happens in them are messages. */
export function createVoiceAdapter(context: ChannelContext<VoiceSettings>): ChannelAdapter {
  const { settings } = context.channel
  const driver = drivers[settings.driver](context)
  const { listen, openRecording } = driver

  return {
    capabilities: () => ({
      ...silent,
      media: driver.can.playback ? ['audio', 'voice'] : [],
      calls: { ...driver.can, perHour: settings.callsPerHour, minutesPerHour: settings.minutesPerHour },
    }),
    pacing: () => ({ perSecond: 20, perThreadPerSecond: 5 }),
    connect: async () => ({ address: await driver.connect() }),

    async receive(request) {
      const { response, happenings, unknown } = await driver.receive(request)
      const events = happenings.map((happening) => eventOf(happening, settings.country))
      return { response, events: unknown ? [...events, unknown] : events }
    },

    send: (target, outbound, signal) => speak(driver, target, outbound, signal),

    calls: {
      refusesSecond: driver.refusesSecond,
      async placeCall(request, key) {
        checkCall(request, settings)
        return { thread: await driver.place(request, key) }
      },
    },

    ...(listen && { listen: () => listen.call(driver) }),
    ...(openRecording && { fetchFile: (ref: string) => openRecording.call(driver, ref) }),
    close: async () => driver.close?.(),
  }
}

const silent: Capabilities = {
  text: { maxLength: textLength, captionMaxLength: 0, formatting: false },
  media: [],
  buttons: false,
  requestButtons: false,
  location: false,
  contactCard: false,
  reply: false,
  edit: false,
  delete: false,
  reactions: false,
  typing: false,
  groups: false,
  canWriteFirst: false,
  mentions: false,
  createsGroups: false,
  templates: false,
  email: false,
}

/** Says or plays what a message holds, in the call that its thread is. */
async function speak(
  driver: VoiceDriver,
  { thread }: Target,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<Receipt> {
  if (signal.aborted) throw new AppError('timeout', 'The attempt was ended before it began.', { cause: signal.reason })
  if (outbound.action !== 'message') {
    throw new AppError('unsupported', `A phone call has no "${outbound.action}"; it only says and plays.`)
  }
  const sounds = (outbound.parts ?? []).flatMap((part) => (part.type === 'media' ? [soundOf(part.file)] : []))
  if (outbound.text !== '' && !driver.can.speech) {
    throw new AppError('unsupported', 'This phone line cannot speak; send it a sound file.')
  }
  if (outbound.text !== '') await driver.say(thread, outbound.text, signal)
  for (const sound of sounds) await driver.play(thread, sound, signal)
  return { externalIds: [`out:${uuid()}`] }
}

function soundOf(file: { url: string } | { kept: string } | { ref: string }): Sound {
  if ('ref' in file) throw new AppError('unsupported', 'A file of another channel cannot be played; give its address.')
  return file
}
