//! The program `evently`: one binary, several commands. It reads the settings, puts the parts together, and decides
//! nothing else.

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use evently::{
    audit,
    error::Error,
    seed,
    server::{
        Failure,
        config::Config,
        serve::{serve, work},
        state::AppState,
        telemetry,
    },
    users,
};
use std::{io::Read, process::ExitCode, time::Duration};

/// A request makes hundreds of small allocations on whichever thread has time; the C library's allocator took a tenth of
/// the processor for them in a rush.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A self-hosted event booking platform.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site (what happens without a command)
    Serve,
    /// Do the jobs and the periodic work, for sites whose servers leave them to others (the setting `worker`)
    Worker,
    /// Bring the database to this program's version
    Migrate,
    /// Fill in the demo data, once
    Seed,
    /// Check that no place is sold twice or lost; name what is wrong
    Audit,
    /// Manage admins
    #[command(subcommand)]
    Admin(AdminCommand),
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an account that may see the dashboard; the password comes from EVENTLY_ADMIN_PASSWORD or the standard input
    Create(NewAdmin),
}

#[derive(Args)]
struct NewAdmin {
    /// The address to sign in with
    #[arg(long)]
    email: String,
    /// Given name
    #[arg(long, default_value = "Site")]
    first_name: String,
    /// Family name
    #[arg(long, default_value = "Admin")]
    last_name: String,
}

/// A setting that is missing or wrong, as for wrong arguments.
const BAD_SETTINGS: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("evently: {error}");
            return ExitCode::from(BAD_SETTINGS);
        }
    };
    match run(cli.command.unwrap_or(Command::Serve), config) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("evently: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    telemetry::init(&config)?;
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let ended = runtime.block_on(execute(command, config));
    // Dropping the runtime would wait for password hashes that nobody waits for any more.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

async fn execute(command: Command, config: Config) -> anyhow::Result<ExitCode> {
    let state = AppState::connect(config).await?;
    match command {
        Command::Serve => serve(state).await?,
        Command::Worker => work(state).await?,
        Command::Migrate => state.db.migrate().await?,
        Command::Seed => seed::run(&state).await?,
        Command::Audit => return run_audit(&state).await,
        Command::Admin(AdminCommand::Create(admin)) => create_admin(&state, admin).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_audit(state: &AppState) -> anyhow::Result<ExitCode> {
    let broken = audit::run(state, |line| println!("audit: {line}")).await?;
    if broken == 0 {
        println!("audit: no violations");
        return Ok(ExitCode::SUCCESS);
    }
    println!("audit: {broken} violations");
    Ok(ExitCode::FAILURE)
}

async fn create_admin(state: &AppState, admin: NewAdmin) -> anyhow::Result<()> {
    let password = read_password()?;
    let created = users::store::create_admin(state, &admin.email, password, &admin.first_name, &admin.last_name).await;
    match created {
        Ok(id) => println!("made the admin {} ({id})", admin.email),
        Err(Failure::Refused(error)) => anyhow::bail!("the account was not made: {}", say(&error)),
        Err(Failure::Passing(passing)) => anyhow::bail!("the account was not made: {}", say(&passing.into())),
        Err(Failure::Unexpected(error)) => return Err(error),
    }
    Ok(())
}

/// The refusal with every field that doesn't fit, as there is no form to show them beside.
fn say(error: &Error) -> String {
    match error {
        Error::Invalid(fields) => {
            let fields = fields.iter().map(|field| format!("{}: {}", field.field, field.problem.say()));
            fields.collect::<Vec<_>>().join(" ")
        }
        _ => error.to_string(),
    }
}

/// From the environment or the standard input, because arguments can be seen by everyone on the machine.
fn read_password() -> anyhow::Result<String> {
    if let Ok(password) = std::env::var("EVENTLY_ADMIN_PASSWORD") {
        return Ok(password);
    }
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password).context("reading the password")?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}
