import Formats
import Language
import Numerics
import Values

/// Sound in a file: plain WAV is read here, packed sound by libsndfile, sound tracks and odd formats by `ffmpeg`.
struct SoundFile {
  let path: String
  let source: any ByteSource
  let parameter: AnyParameter
  let call: Invocation
  let world: World

  func read(work: Work) throws(Failure) -> DecodedSound {
    let container: FilmContainer?
    do throws(FormatError) {
      if let audio = try WaveFile.read(source, check: { !work.isCancelled() }) { return DecodedSound(audio) }
      container = try FilmFile.container(source, path: path)
    } catch {
      throw error.failure(
        path, at: parameter, of: call.call,
        remedy: "Record it again, or convert it with `ffmpeg -i IN OUT.wav`.")
    }
    if let container {
      do throws(FilmFile.Trouble) {
        let file = try FilmFile(path, source, container, world: world, work: work)
        return DecodedSound(try file.audio(world: world, work: work))
      } catch {
        throw error.failure(path, at: parameter, call)
      }
    }
    do throws(Diagnostic) {
      return try world.audio.decode(source, name: path)
    } catch {
      var diagnostic = error
      diagnostic.range = call.call.ranges[parameter.name]
      throw .diagnostic(diagnostic)
    }
  }
}
