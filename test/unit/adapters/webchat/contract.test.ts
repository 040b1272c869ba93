import { webchatSettings } from '../../../../adapters/webchat/settings.ts'
import { webchat } from '../../../../adapters/webchat/webchat.ts'
import { channelContext } from '../../../channel-context.ts'
import { type ChannelHarness, channelContract } from '../../../contracts/channel.ts'

channelContract({
  name: 'web chat',
  make: makeHarness,
  kinds: ['direct'],
  cannot: {
    own: 'what we say never comes back through the hook.',
    unknown: 'the page is ours; what it does not know is refused.',
    rate_limit: 'sending asks nobody: the stored message is the delivery.',
    unreachable: 'a page can always be opened again.',
    drop: 'sending asks nobody: the stored message is the delivery.',
    connections: 'the adapter opens none.',
  },
})

async function makeHarness(): Promise<ChannelHarness> {
  const adapter = webchat.create(channelContext(webchatSettings.parse({ identitySecret: 'a secret of the site' })))
  let arrived = 0
  const post = async (number: number, authorization: string) => {
    const id = `00000000-0000-4000-8000-${`${number}`.padStart(12, '0')}`
    const { events } = await adapter.receive({
      method: 'POST',
      url: new URL('https://chat.example/hooks/hook_abc'),
      headers: new Headers({ authorization }),
      body: new TextEncoder().encode(JSON.stringify({ id, text: `Hello ${number}` })),
    })
    return events
  }
  return {
    // Each accepted message is one that the page reads from the history.
    adapter: {
      ...adapter,
      async send(...given) {
        const receipt = await adapter.send(...given)
        arrived += 1
        return receipt
      },
    },
    bring: (_what, number) => post(number, `Bearer visitor.${'A'.repeat(43)}`),
    forge: () =>
      post(1, `Bearer user.${Buffer.from(JSON.stringify({ id: '42', hash: '0'.repeat(64) })).toString('base64url')}`),
    thread: (kind) => ({ thread: 'visitor:x', kind }),
    file: () => ({ url: 'https://example.com/file' }),
    arrived: () => arrived,
    refused: () => [],
    connections: async () => 0,
    stop: async () => {},
  }
}
