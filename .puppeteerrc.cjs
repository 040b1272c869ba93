/** The system's own Chromium is used: nothing is downloaded. */
module.exports = { skipDownload: true }
